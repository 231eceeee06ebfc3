package org.jccl;

import java.time.Duration;
import java.util.List;

/**
 * The control plane: carries small messages between the ranks' programs before and beside the
 * collectives. Every method is called by every rank, in the same order; each waits, at most for the
 * group's time-out. Used by one thread at a time per rank. {@code org.jccl.process.ProcessGroups}
 * makes them.
 */
public interface ProcessGroup extends AutoCloseable {
  /** This member's rank. */
  int rank();

  /** Number of members. */
  int worldSize();

  /**
   * Everyone receives the root's bytes.
   *
   * @param payload the root's message; ignored elsewhere
   * @throws CollectiveTimeoutException if a member does not come in time; it names who is missing
   */
  byte[] broadcast(byte[] payload, int root);

  /** Everyone receives everyone's bytes, in rank order. */
  List<byte[]> allGather(byte[] payload);

  /**
   * The root receives everyone's bytes, in rank order; the others receive an empty list. Unlike
   * {@link #allGather}, its cost grows linearly with the number of members.
   */
  default List<byte[]> gather(byte[] payload, int root) {
    List<byte[]> all = allGather(payload);
    return rank() == root ? all : List.of();
  }

  /** Returns when every member has called it; waits at most {@code timeout}. */
  void barrier(Duration timeout);

  /** Leaves the group. Idempotent. */
  @Override
  void close();
}
