package org.jccl.fidelity.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.fidelity.golden.RecordRun.RecordConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded on the simulator comes out again when it is replayed. */
class RecordRunTest {
  private static final RunScreen QUIET =
      RunScreen.plain(new PrintStream(OutputStream.nullOutputStream()));
  private static final Duration BUDGET = Duration.ofMinutes(3);

  @TempDir private Path folder;

  private int record(String backend, int ranks, String phases, long seed) throws Exception {
    return RecordRun.run(
        new RecordConfig(backend, ranks, phases, true, seed, BUDGET), folder, QUIET);
  }

  private String replayed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code =
        new GoldenRun(RunScreen.plain(new PrintStream(bytes, true, StandardCharsets.UTF_8)))
            .run(GoldenRecording.open(folder));
    return code + "\n" + bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aRecordingOfTheSimulator_replaysAsEqual() throws Exception {
    String phases = "default|moves|^groups|registered|windows|windowgroups|^shifted";
    assertThat(record("sim", 3, phases, 4711)).isEqualTo(RecordRun.OK);
    assertThat(folder.resolve("errors.txt")).isEmptyFile();
    assertThat(replayed()).startsWith("0\n").contains("cases: 110 equal, 0 nan-bits, 0 different");
    Set<MemoryKind> memories = new HashSet<>();
    Set<CallForm> collectives = new HashSet<>();
    int[] most = {0};
    GoldenRecording.open(folder)
        .forEach(
            entry -> {
              RecordedCase recorded = (RecordedCase) entry;
              memories.add(recorded.memory());
              most[0] = Math.max(most[0], recorded.parts().size());
              recorded.parts().forEach(part -> collectives.add(part.call().form()));
              assertThat(recorded.parts())
                  .allSatisfy(part -> assertThat(part.call().seed()).isGreaterThan(4710));
            });
    assertThat(memories).containsExactlyInAnyOrder(MemoryKind.values());
    assertThat(collectives).hasSizeGreaterThan(6);
    assertThat(most[0]).isGreaterThan(2);
  }

  @Test
  void aPinnedRecordingOfTheLoopback_replaysOnTheSimulator() throws Exception {
    assertThat(record("loopback", 2, "pat", 100)).isEqualTo(RecordRun.OK);
    assertThat(replayed()).startsWith("0\n").contains("pat-n2/pat (2 ranks): 10 equal");
  }

  @Test
  void tooManyRanks_areNoted_andNothingIsRecorded() throws Exception {
    assertThat(record("sim", 9, "pat", 100)).isEqualTo(RecordRun.NOTHING);
    assertThat(Files.readString(folder.resolve("errors.txt"))).contains("9 ranks need");
  }

  @Test
  void phasesThatAreNone_areRefused() {
    assertThatThrownBy(() -> record("sim", 2, "nonsense", 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there are default-n2, pinned-n2");
    assertThatThrownBy(() -> record("sim", 2, "(", 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no regular expression");
  }

  @Test
  void aPlan_hasAProcessForEveryPin() {
    RecordPlan plan = RecordPlan.of(4, 100, false, "");
    assertThat(plan.pins()).extracting(RecordPlan.Pin::environment).doesNotHaveDuplicates();
    List<Integer> ids =
        plan.pins().stream()
            .flatMap(pin -> pin.communicators().stream())
            .map(each -> each.like().id())
            .toList();
    assertThat(ids).doesNotHaveDuplicates();
    int cases =
        plan.pins().stream()
            .flatMap(pin -> pin.communicators().stream())
            .mapToInt(each -> plan.cases(each).size())
            .sum();
    assertThat(cases).isGreaterThan(4000);
  }
}
