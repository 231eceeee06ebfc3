package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.memory.SharedWindow;
import org.jspecify.annotations.Nullable;

/**
 * One collective act of the hosts of a communicator, which waits until every rank has come: a
 * window registration, the set-up of one-sided operations, a suspension (rules WIN-01, RMA-07,
 * LIF-21).
 */
final class HostCollective {
  /** A rank that takes part. */
  interface Participant {
    /** Its rank. */
    int rank();

    /** All ranks have come. */
    void assembled(HostCollective assembly);

    /** The communicator was stopped. */
    void failed(RuntimeException why);
  }

  private final SharedComm comm;
  private final String purpose;
  private final @Nullable Participant[] jobs;
  private final SharedWindow window;
  private Clock known = Clock.ZERO;
  private int missing;

  HostCollective(SharedComm comm, String purpose) {
    this.comm = comm;
    this.purpose = purpose;
    this.jobs = new Participant[comm.worldSize()];
    this.window = new SharedWindow(comm.worldSize());
    this.missing = comm.worldSize();
  }

  String purpose() {
    return purpose;
  }

  /** What the ranks register, if this is about a window. */
  SharedWindow window() {
    return window;
  }

  /** A rank that comes knew that to be done; null where nobody keeps that. */
  void knows(@Nullable Clock clock) {
    known = clock == null ? known : known.join(clock);
  }

  /** What any of them knew. */
  Clock known() {
    return known;
  }

  /** The first rank that has come. */
  int first() {
    int rank = 0;
    while (rank < jobs.length - 1 && jobs[rank] == null) {
      rank++;
    }
    return rank;
  }

  void arrive(Participant job) {
    jobs[job.rank()] = job;
    missing--;
  }

  boolean isComplete() {
    return missing == 0;
  }

  List<Participant> present() {
    List<Participant> present = new ArrayList<>();
    for (Participant job : jobs) {
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
        ranks.add(comm.driver(rank));
      }
    }
    return ranks;
  }
}
