package org.jccl.sim.comm;

import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jccl.sim.device.SimStream;
import org.jspecify.annotations.Nullable;

/** One validated call before it has a place in the sequence; kept by graphs, to be made again. */
record Request(
    Operation operation,
    long send,
    long recv,
    long count,
    DataType type,
    int reduction,
    int rootOrPeer,
    SimStream stream,
    boolean captured,
    @Nullable String site) {
  Request on(SimStream other) {
    return new Request(
        operation, send, recv, count, type, reduction, rootOrPeer, other, true, site);
  }

  /** A collective of count 0 is dropped (rule COL-02); an empty message is not (P2P-04). */
  boolean isDropped() {
    return count == 0 && !operation.hasPeer();
  }
}
