package org.jccl.benchmarks.examples;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.CheckLevel;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs of the documentation: three that check their own results, two that are wrong. */
class ExamplesTest {
  private static void run(int ranks, long seed, RankProgram program) {
    try (Simulator simulator =
        Simulator.builder().devices(ranks).seed(seed).checks(CheckLevel.FULL).build()) {
      Ranks.run(simulator.backend(), ranks, program);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 7})
  void dataParallelTraining_learns(int ranks) {
    run(ranks, ranks, new DataParallelTraining());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 7})
  void tensorParallelMatrixProduct_isExact(int ranks) {
    run(ranks, ranks, new TensorParallelMatrixProduct());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void mixedRanks_getWhatEveryRankKnows(int ranks) {
    run(ranks, ranks, new MixedRanks());
  }

  @Test
  void mismatchDemo_namesRanksLinesAndArgument() {
    assertThatThrownBy(() -> run(4, 3, new MismatchDemo()))
        .hasMessageContaining("MISMATCH(count)")
        .hasMessageContaining("rank 1 has count 1000")
        .hasMessageContaining("has count 1024")
        .hasMessageContaining("MismatchDemo.java:");
  }

  @Test
  void deadlockDemo_namesTheCycle() {
    assertThatThrownBy(() -> run(3, 3, new DeadlockDemo()))
        .hasMessageContaining("DEADLOCK")
        .hasMessageContaining("rank 0 → rank 1 → rank 2 → rank 0")
        .hasMessageContaining("DeadlockDemo.java:");
  }
}
