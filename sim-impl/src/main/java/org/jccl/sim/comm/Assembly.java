package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One collective act of the hosts of a communicator, which waits until every rank has come: a
 * window registration, the set-up of one-sided operations, a suspension (rules WIN-01, RMA-07,
 * LIF-21).
 */
final class Assembly {
  private final Clique clique;
  private final String purpose;
  private final @Nullable HostJob[] jobs;
  private final SharedWindow window;
  private int missing;

  Assembly(Clique clique, String purpose) {
    this.clique = clique;
    this.purpose = purpose;
    this.jobs = new HostJob[clique.worldSize()];
    this.window = new SharedWindow(clique.worldSize());
    this.missing = clique.worldSize();
  }

  String purpose() {
    return purpose;
  }

  /** What the ranks register, if this is about a window. */
  SharedWindow window() {
    return window;
  }

  /** The first rank that has come. */
  int first() {
    int rank = 0;
    while (rank < jobs.length - 1 && jobs[rank] == null) {
      rank++;
    }
    return rank;
  }

  void arrive(HostJob job) {
    jobs[job.endpoint().rank()] = job;
    missing--;
  }

  boolean isComplete() {
    return missing == 0;
  }

  List<HostJob> present() {
    List<HostJob> present = new ArrayList<>();
    for (HostJob job : jobs) {
      if (job != null) {
        present.add(job);
      }
    }
    return present;
  }

  /** The ranks that have not come yet, as the world knows them. */
  List<Integer> missing() {
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < jobs.length; rank++) {
      if (jobs[rank] == null) {
        ranks.add(clique.worldRank(rank));
      }
    }
    return ranks;
  }
}
