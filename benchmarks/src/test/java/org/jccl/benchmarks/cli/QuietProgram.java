package org.jccl.benchmarks.cli;

import org.jccl.Rank;
import org.jccl.RankProgram;

/** Runs, and fails on rank 1 when it is told so. */
public final class QuietProgram implements RankProgram {
  @Override
  public void run(Rank rank) {
    if (rank.args().contains("fail") && rank.rank() == 1) {
      throw new IllegalStateException("rank 1 was told to fail");
    }
  }
}
