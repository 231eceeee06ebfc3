package org.jccl.test;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Rank;

/** The failures of the ranks' test methods, in order. */
final class FailedRanks {
  /**
   * One of them.
   *
   * @param rank who
   * @param cause what its method threw
   */
  record One(int rank, Throwable cause) {}

  private final List<One> all = new ArrayList<>();

  /** Runs the method, on every rank if it is for ranks. */
  void run(TestBody body, World world) {
    if (body.isPerRank()) {
      world.run(rank -> run(body, world, rank));
    } else {
      body.run(world, null);
    }
  }

  private void run(TestBody body, World world, Rank rank) {
    try {
      body.run(world, rank);
    } catch (Throwable cause) {
      synchronized (all) {
        all.add(new One(rank.rank(), cause));
      }
      throw cause;
    }
  }

  List<One> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }
}
