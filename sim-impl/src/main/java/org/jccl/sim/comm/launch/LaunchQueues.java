package org.jccl.sim.comm.launch;

import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.CollectiveMatching;
import org.jccl.sim.comm.match.MessageMatching;
import org.jspecify.annotations.Nullable;

/** The launches of all ranks of a communicator; when it is stopped they are given up. */
public final class LaunchQueues {
  private final @Nullable LaunchQueue[] byRank;
  private final CollectiveMatching collectives;
  private final MessageMatching messages;
  private final CommunicatorOrder order;

  /** Those of {@code comm}, whose parts meet at {@code collectives} and {@code messages}. */
  public LaunchQueues(SharedComm comm, CollectiveMatching collectives, MessageMatching messages) {
    this.byRank = new LaunchQueue[comm.worldSize()];
    this.collectives = collectives;
    this.messages = messages;
    this.order = new CommunicatorOrder(comm, this);
    comm.whenStopped(this::cancelAll);
  }

  CollectiveMatching collectiveMatching() {
    return collectives;
  }

  MessageMatching messageMatching() {
    return messages;
  }

  /** The order of the launches among those of other communicators. */
  public CommunicatorOrder order() {
    return order;
  }

  /** A rank joins. */
  public void join(LaunchQueue own) {
    byRank[own.member().rank()] = own;
  }

  /** A rank gave up its creation. */
  public void leave(int rank) {
    byRank[rank] = null;
  }

  /** The launches of a rank, or null if it has not joined. */
  @Nullable LaunchQueue of(int rank) {
    return byRank[rank];
  }

  private void cancelAll(RuntimeException reason) {
    for (LaunchQueue each : byRank) {
      if (each != null) {
        each.cancelAll(reason);
      }
    }
  }

  /** Whether any rank has a launch that is not done. */
  public boolean isPending() {
    for (LaunchQueue each : byRank) {
      if (each != null && each.isPending()) {
        return true;
      }
    }
    return false;
  }
}
