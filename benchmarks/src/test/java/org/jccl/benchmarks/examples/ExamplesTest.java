package org.jccl.benchmarks.examples;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jccl.CheckLevel;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.sim.Simulator;
import org.jccl.test.RankTest;
import org.jccl.test.Strictness;
import org.junit.jupiter.api.Test;

/** The programs of the documentation: three that check their own results, two that are wrong. */
class ExamplesTest {
  private static void run(int ranks, RankProgram program) {
    try (Simulator simulator =
        Simulator.builder().devices(ranks).seed(3).checks(CheckLevel.FULL).build()) {
      Ranks.run(simulator.backend(), ranks, program);
    }
  }

  @RankTest(
      ranks = {1, 2, 4, 7},
      seeds = 1,
      strict = Strictness.OFF)
  void dataParallelTraining_learns(Rank rank) {
    new DataParallelTraining().run(rank);
  }

  @RankTest(
      ranks = {1, 2, 4, 7},
      seeds = 5)
  void tensorParallelMatrixProduct_isExact(Rank rank) {
    new TensorParallelMatrixProduct().run(rank);
  }

  @RankTest(
      ranks = {1, 2, 5},
      seeds = 5)
  void mixedRanks_getWhatEveryRankKnows(Rank rank) {
    new MixedRanks().run(rank);
  }

  @Test
  void mismatchDemo_namesRanksLinesAndArgument() {
    assertThatThrownBy(() -> run(4, new MismatchDemo()))
        .hasMessageContaining("MISMATCH(count)")
        .hasMessageContaining("rank 1 has count 1000")
        .hasMessageContaining("has count 1024")
        .hasMessageContaining("MismatchDemo.java:");
  }

  @Test
  void deadlockDemo_namesTheCycle() {
    assertThatThrownBy(() -> run(3, new DeadlockDemo()))
        .hasMessageContaining("DEADLOCK")
        .hasMessageContaining("rank 0 → rank 1 → rank 2 → rank 0")
        .hasMessageContaining("DeadlockDemo.java:");
  }
}
