package org.jccl.fidelity.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.jccl.conformance.data.ElementFormat;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.fidelity.golden.Tally.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording that was changed, or a fold in another order, is found, and named. */
class GoldenRunTest {
  private static final RunScreen QUIET =
      RunScreen.plain(new PrintStream(OutputStream.nullOutputStream()));

  @TempDir private Path folder;

  private static InputStream committed(String file) {
    return Objects.requireNonNull(GoldenRecording.class.getResourceAsStream("h200/" + file));
  }

  private static List<String> lines(Predicate<String> wanted, int most) throws Exception {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(committed("results.jsonl.gz")), StandardCharsets.UTF_8))) {
      return new ArrayList<>(reader.lines().filter(wanted).limit(most).toList());
    }
  }

  private static Predicate<String> with(String... parts) {
    return line -> {
      for (String part : parts) {
        if (!line.contains(part)) {
          return false;
        }
      }
      return true;
    };
  }

  private GoldenRecording written(List<String> lines) throws Exception {
    try (InputStream summary = committed("summary.json")) {
      Files.write(folder.resolve("summary.json"), summary.readAllBytes());
    }
    Files.write(folder.resolve("results.jsonl"), lines);
    return GoldenRecording.open(folder);
  }

  private Tally replayed(List<String> lines) throws Exception {
    GoldenRecording recording = written(lines);
    return new GoldenRun(QUIET, 1).replay(recording, Replay.simulated(recording.summary()));
  }

  /** The only difference, which must be in the case that was changed. */
  private static void expectOne(Tally tally, int line, String... words) {
    assertThat(tally.differences()).hasSize(1);
    Tally.Shown only = tally.differences().getFirst();
    assertThat(only.entry().line()).isEqualTo(line);
    assertThat(only.finding().words()).contains(words);
    assertThat(tally.isEqual()).isFalse();
  }

  private static String flipped(String line, String before, int digit) {
    int at = line.indexOf(before) + before.length() + digit;
    assertThat(at).isGreaterThan(before.length());
    int old = Character.digit(line.charAt(at), 16);
    return line.substring(0, at) + Character.forDigit(old ^ 1, 16) + line.substring(at + 1);
  }

  @Test
  void aFlippedBit_isFoundByElement() throws Exception {
    List<String> lines = lines(with("\"f32\"", "\"allreduce\"", "\"n\":1000,", "bits"), 5);
    lines.set(2, flipped(lines.get(2), "\"bits\":\"", 8 * 700 + 1));
    expectOne(replayed(lines), 3, "rank 0", "1 of 1000 elements", "[700]: recorded ", ", got ");
  }

  @Test
  void aFlippedHash_isFound() throws Exception {
    List<String> lines = lines(with("\"allreduce\"", "\"crc\""), 5);
    lines.set(1, flipped(lines.get(1), "\"sha\":\"", 15));
    expectOne(replayed(lines), 2, "all blocks have the recorded checksums");
  }

  @Test
  void aWrongBlock_isNamed() throws Exception {
    List<String> lines = lines(with("\"allreduce\"", "\"f32\"", "\"blk\":512,"), 5);
    String line = flipped(lines.get(4), "\"sha\":\"", 0);
    int third = line.indexOf("\",\"", line.indexOf("\",\"", line.indexOf("\"crc\":")) + 3);
    lines.set(4, flipped(line.substring(0, third), "\"crc\":[\"", 2) + line.substring(third));
    expectOne(replayed(lines), 5, "1 of ", "blocks differ, the first holds elements 0 to 127");
  }

  @Test
  void aFlippedHashOfOneRank_isFound() throws Exception {
    List<String> lines = lines(with("\"reduce_scatter\"", "\"c\":10,"), 6);
    lines.set(3, flipped(lines.get(3), "\"sha\":[\"", 17 + 2 + 5));
    expectOne(replayed(lines), 4, "rank 1");
  }

  @Test
  void anotherChoiceOrEstimate_isFound() throws Exception {
    List<String> lines = lines(with("\"c\":1,", "RING"), 4);
    lines.set(1, lines.get(1).replaceFirst("RING", "TREE"));
    expectOne(replayed(lines), 2, "carried out with TREE/", "the simulator says RING/");
    List<String> times = lines(with("\"t\":\"sim\""), 4);
    times.set(3, times.get(3).replaceFirst("\"us\":\\d+", "\"us\":1"));
    expectOne(replayed(times), 4, "estimate recorded 1");
  }

  @Test
  void anotherNan_isCountedApart_butOnlyOfF64() throws Exception {
    List<String> lines = lines(with("\"f64\"", "\"special\"", "\"sum\"", "\"c\":9,"), 1);
    RecordedCase recorded = cases(lines).getFirst();
    Evidence evidence = recorded.parts().getFirst().results().getFirst();
    byte[] bits = Objects.requireNonNull(evidence.bits()).clone();
    ElementFormat format = ElementFormat.of(recorded.parts().getFirst().call().type());
    int at = 0;
    while (!format.isNan(element(bits, at))) {
      at++;
    }
    bits[8 * at] ^= 4;
    String hash = Evidence.hash(MemorySegment.ofArray(bits));
    String text = HexFormat.of().formatHex(bits);
    lines.set(
        0,
        lines
            .getFirst()
            .replaceFirst("\"sha\":\"[0-9a-f]*", "\"sha\":\"" + hash)
            .replaceFirst("\"bits\":\"[0-9a-f]*", "\"bits\":\"" + text));
    Tally tally = replayed(lines);
    assertThat(tally.isEqual()).isTrue();
    assertThat(tally.count(Subject.CASES, ReplayVerdict.NAN_BITS)).isEqualTo(1);
  }

  private static long element(byte[] bits, int index) {
    return MemorySegment.ofArray(bits)
        .get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, 8L * index);
  }

  private List<RecordedCase> cases(List<String> lines) throws Exception {
    List<RecordedCase> cases = new ArrayList<>();
    written(lines).forEach(entry -> cases.add((RecordedCase) entry));
    return cases;
  }

  @Test
  void anotherOrder_isFound() throws Exception {
    List<String> lines =
        lines(with("\"c\":12,", "\"allreduce\"", "\"f32\"", "\"sum\"", "\"wide\""), 4);
    GoldenRecording recording = written(lines);
    Tally straight =
        new GoldenRun(QUIET, 1).replay(recording, Replay.simulated(recording.summary()));
    assertThat(straight.isEqual()).isTrue();
    SimulatorSubject unpinned = new SimulatorSubject();
    Tally other =
        new GoldenRun(QUIET, 1)
            .replay(recording, new Replay(recording.summary(), communicator -> unpinned));
    assertThat(other.count(Subject.CASES, ReplayVerdict.DIFFERENT)).isPositive();
    assertThat(other.count(Subject.CHOICES, ReplayVerdict.DIFFERENT)).isPositive();
  }

  @Test
  void aCaseThatCannotBePerformed_isADifference_andTheOthersAreNot() throws Exception {
    List<String> lines = lines(with("\"c\":12,", "\"f32\"", "\"allreduce\""), 5);
    // A tree makes no reduce: NCCL refuses it where the tree is pinned.
    String hash = Evidence.hash(MemorySegment.ofArray(new byte[4]));
    lines.set(
        2,
        "{\"t\":\"case\",\"c\":12,\"coll\":\"reduce\",\"dt\":\"f32\",\"op\":\"sum\",\"n\":1,"
            + "\"kind\":\"wide\",\"root\":0,\"seed\":107,\"clean\":true,\"sha\":\""
            + hash
            + "\"}");
    expectOne(replayed(lines), 3, "it failed");
  }
}
