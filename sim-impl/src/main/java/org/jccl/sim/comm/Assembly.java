package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;

/**
 * One collective act of the hosts of a communicator that blocks until every rank has come: a window
 * registration, the set-up of one-sided operations, a suspension (rules WIN-01, RMA-07, LIF-21).
 */
final class Assembly implements Wait {
  private final Clique clique;
  private final String purpose;
  private final boolean[] arrived;
  private final SharedWindow window;
  private final List<HostTask> waiting = new ArrayList<>();
  private int missing;

  Assembly(Clique clique, String purpose) {
    this.clique = clique;
    this.purpose = purpose;
    this.arrived = new boolean[clique.worldSize()];
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
    while (!arrived[rank]) {
      rank++;
    }
    return rank;
  }

  void arrive(int rank) {
    arrived[rank] = true;
    if (--missing == 0) {
      wakeAll();
    }
  }

  boolean isComplete() {
    return missing == 0;
  }

  /** Waits, baton given up, until all ranks have come; throws what stops the communicator. */
  void await(HostTask task, Endpoint endpoint) {
    if (!isComplete()) {
      waiting.add(task);
      try {
        clique
            .world()
            .kernel()
            .await(task, () -> isComplete() || endpoint.refusal() != null, this);
      } finally {
        waiting.remove(task);
      }
    }
    RuntimeException refusal = endpoint.refusal();
    if (!isComplete() && refusal != null) {
      throw refusal;
    }
  }

  void wakeAll() {
    List.copyOf(waiting).forEach(clique.world().kernel()::wake);
  }

  @Override
  public String describe() {
    return purpose + " of " + clique.name();
  }

  @Override
  public MisuseKind whenMissing() {
    return MisuseKind.MISSING_RANK;
  }

  @Override
  public List<Integer> ranks() {
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < arrived.length; rank++) {
      if (!arrived[rank]) {
        ranks.add(clique.worldRank(rank));
      }
    }
    return ranks;
  }
}
