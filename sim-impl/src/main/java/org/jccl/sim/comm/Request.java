package org.jccl.sim.comm;

import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jccl.sim.device.SimStream;
import org.jspecify.annotations.Nullable;

/**
 * One validated call before it has a place in the sequence; kept by graphs, to be made again.
 *
 * @param scale what a PreMulSum was when the call was made: it may be destroyed before the call is
 *     launched by a group's end or a graph (rules PMS-07, STR-20)
 * @param captureNumber its number among the collectives that were captured on this rank, or -1
 */
public record Request(
    Operation operation,
    long send,
    long recv,
    long count,
    DataType type,
    int reduction,
    @Nullable Scale scale,
    int rootOrPeer,
    SimStream stream,
    long captureNumber,
    boolean captured,
    @Nullable String site) {
  Request on(SimStream other) {
    return new Request(
        operation,
        send,
        recv,
        count,
        type,
        reduction,
        scale,
        rootOrPeer,
        other,
        captureNumber,
        true,
        site);
  }

  /** Whether a call with these arguments that nobody captures makes the same request. */
  boolean isFor(
      Operation otherOperation,
      long otherSend,
      long otherRecv,
      long otherCount,
      int otherType,
      int otherReduction,
      int otherRootOrPeer,
      SimStream otherStream) {
    return send == otherSend
        && recv == otherRecv
        && count == otherCount
        && operation == otherOperation
        && type.code() == otherType
        && reduction == otherReduction
        && rootOrPeer == otherRootOrPeer
        && stream == otherStream
        && scale == null
        && !captured
        && site == null;
  }

  /** Whether it has a position among the collectives of its communicator. */
  boolean isCollective() {
    return !operation.hasPeer();
  }

  /** A collective of count 0 is dropped (rule COL-02); an empty message is not (P2P-04). */
  public boolean isDropped() {
    return count == 0 && !operation.hasPeer();
  }
}
