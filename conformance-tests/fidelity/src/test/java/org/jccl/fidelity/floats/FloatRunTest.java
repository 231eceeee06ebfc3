package org.jccl.fidelity.floats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.liars.FaultySubject;
import org.jccl.conformance.liars.Liars;
import org.jccl.fidelity.floats.FloatRun.FloatConfig;
import org.jccl.fidelity.seeds.SeedRun;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FloatRunTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit fills it
  private Path folder;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private static FloatConfig config(String backend, int ranks, int from, int count) {
    return new FloatConfig(backend, ranks, from, count, GpuProfile.h200(), Map.of());
  }

  private static Subject machine(String name, GpuProfile profile, Map<String, String> variables) {
    return SimulatorSubject.machine(name, Simulator.DEFAULT_VERSION, variables, profile, 8);
  }

  private PrintStream out() {
    return new PrintStream(said, true, StandardCharsets.UTF_8);
  }

  private int run(FloatConfig config) throws IOException {
    return FloatRun.run(config, folder, RunScreen.plain(out()));
  }

  /** Compares a subject that is not what the simulator imitates. */
  private int run(Subject subject, int ranks, int count) throws IOException {
    Subject honest = machine("honest", GpuProfile.h200(), Map.of());
    return FloatRun.run(
        subject, honest, config("other", ranks, 0, count), folder, RunScreen.plain(out()));
  }

  private String words() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theBindingOverASimulator_agreesBitByBit() throws IOException {
    assertThat(run(config("loopback", 4, 0, 100))).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(words()).contains("100 programs", "100 agree, 0 differ");
    assertThat(Files.readAllLines(folder.resolve("floats-loopback-4.tsv")))
        .hasSize(102)
        .anyMatch(line -> line.contains("\tRING/LL "))
        .anyMatch(line -> line.contains("\tRING/SIMPLE "));
  }

  @Test
  void oddWorlds_agree() throws IOException {
    assertThat(run(config("sim", 1, 0, 30))).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(run(config("sim", 3, 0, 30))).as(words()).isEqualTo(SeedRun.AGREE);
  }

  @Test
  void seedsThatAgreed_areNotRunAgain() throws IOException {
    assertThat(run(config("sim", 2, 10, 3))).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(run(config("sim", 2, 11, 4))).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(words()).contains("2 programs", "2 were done before", "5 agree");
  }

  @Test
  void aTableOfOtherVariables_isLeftAlone() throws IOException {
    run(config("sim", 2, 0, 1));
    Map<String, String> variables = Map.of("NCCL_PROTO", "Simple", "NCCL_DEBUG", "INFO");
    FloatConfig other = new FloatConfig("sim", 2, 0, 1, GpuProfile.h200(), variables);
    assertThatThrownBy(() -> run(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{NCCL_PROTO=Simple}': give another folder");
  }

  @Test
  void anotherAlgorithm_isFoundOut_andShrinks() throws IOException {
    Subject trees = machine("trees", GpuProfile.h200(), Map.of("NCCL_ALGO", "allreduce:tree"));
    assertThat(run(trees, 4, 100)).isEqualTo(SeedRun.DIFFER);
    // The fold order shows in the smallest call that there is.
    assertThat(words())
        .contains("differs: 4 ranks", " on honest, ", " on trees (")
        .containsPattern("seed \\d+ shrinks to: 4 ranks:\\R  allReduce FLOAT32 sum x\\d{1,3},")
        .containsPattern(
            "rank 0, call 0, recv\\[\\d+\\] of \\d{1,3}: [0-9A-F]{8} on honest, [0-9A-F]{8} on trees")
        .contains("the simulator's choice: RING/LL ");
  }

  @Test
  void anotherMachine_isFoundOut() throws IOException {
    Subject pcie = machine("pcie", GpuProfile.of("h100-pcie"), Map.of());
    assertThat(run(pcie, 4, 100)).isEqualTo(SeedRun.DIFFER);
  }

  @Test
  void wrongBitsOfOneRank_areFoundOut_andShrinkToOneElement() throws IOException {
    assertThat(
            run(
                new FaultySubject(Liars.that("Gives the last rank other bits than the rest")),
                2,
                100))
        .isEqualTo(SeedRun.DIFFER);
    assertThat(words())
        .containsPattern(
            "shrinks to: 2 ranks:\\R  \\w+ FLOAT32 sum x1(, root 0| root 0)?, inputs wide")
        .containsPattern("rank 1, call 0, recv\\[0\\] of 1: ");
    List<String> lines = Files.readAllLines(folder.resolve("floats-other-2.tsv"));
    assertThat(lines).last().asString().endsWith("\tdiffer");
  }

  @Test
  void writesBehindTheBuffer_areFoundOut() throws IOException {
    assertThat(run(new FaultySubject(Liars.that("Writes one element more than there are")), 2, 50))
        .isEqualTo(SeedRun.DIFFER);
    assertThat(words()).contains("a byte outside the buffers");
  }

  @Test
  void aRankThatNeverComes_failsWithItsSeed() throws IOException {
    assertThat(run(new FaultySubject(Liars.that("Makes no call of the last rank")), 2, 3))
        .isEqualTo(SeedRun.DIFFER);
    assertThat(words())
        .contains(
            "seed 1 differs: 2 ranks",
            "liar(Makes no call of the last rank) failed: ",
            "MISSING_RANK");
  }

  @Test
  void whatPinsLeaveNoAlgorithmFor_isNotRun() throws IOException {
    Map<String, String> variables = Map.of("NCCL_ALGO", "Tree");
    FloatConfig trees = new FloatConfig("sim", 2, 0, 30, GpuProfile.h200(), variables);
    assertThat(run(trees)).as(words()).isEqualTo(SeedRun.AGREE);
    assertThat(words()).contains(" have no algorithm by the variables");
    assertThat(Files.readString(folder.resolve("floats-sim-2.tsv")))
        .contains("\tTREE/LL ", "\tnothing\tnot-run", "\tagree");
  }
}
