package org.jccl.sim.comm;

import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;

/** NCCL's argument checks on the calls of one rank, in NCCL's order (rule ARG-01). */
public final class Admission {
  private final Endpoint endpoint;
  private final boolean checksPointers;

  Admission(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.checksPointers = endpoint.device().world().checksPointers();
  }

  /** NCCL's argument checks on one stream operation, in NCCL's order; 0 if it passes (ARG-01). */
  public int validate(Operation operation, long count, int type, int reduction, int rootOrPeer) {
    boolean directed = operation.hasRoot() || operation.hasPeer();
    if (directed && (rootOrPeer < 0 || rootOrPeer >= endpoint.worldSize())) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    if (!DataType.isCode(type)) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    if (operation.reduces() && !isReduction(DataType.ofCode(type), count, reduction)) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    return isTooLarge(operation, count, DataType.ofCode(type))
        ? ResultCode.INVALID_ARGUMENT.code()
        : 0;
  }

  /** Rule ARG-38: NCCL wraps silently; nothing of that size exists (SIM-30). */
  private boolean isTooLarge(Operation operation, long count, DataType type) {
    if (count >>> 40 == 0 && endpoint.worldSize() < 1 << 20) {
      return false; // as always: elements have at most 8 bytes, so that is less than 2^63
    }
    long blocks =
        Math.max(
            operation.sendElements(1, endpoint.worldSize()),
            operation.receiveElements(1, endpoint.worldSize()));
    return count < 0 || count > Long.MAX_VALUE / type.bytes() / blocks;
  }

  private boolean isReduction(DataType type, long count, int reduction) {
    if (reduction < 0) {
      return false;
    }
    boolean custom = reduction >= Call.PRE_MUL_SUM;
    Scale scale = custom ? endpoint.scales().find(reduction) : null;
    if (custom && scale == null) {
      return false;
    }
    if (count == 0) {
      return true; // PMS-05: the type is looked at only when there is something to do
    }
    boolean scaled = custom || reduction == ReduceOp.AVG.code();
    return (scale == null || scale.type() == type)
        && !(endpoint.worldSize() == 1 && type.isFloat8() && scaled); // RED-12
  }

  /**
   * Step 10 of NCCL's checks, off unless the environment turns it on: whether the buffers are of
   * this device's memory (rules ARG-04, ARG-05).
   */
  public boolean knows(Operation operation, long send, long recv, long count, int root) {
    if (!checksPointers) {
      return true;
    }
    if (operation.hasPeer()) {
      return count == 0 || isKnown(operation == Operation.SEND ? send : recv);
    }
    boolean sends = operation != Operation.BROADCAST || endpoint.rank() == root;
    boolean receives = operation != Operation.REDUCE || endpoint.rank() == root;
    return (!sends || isKnown(send)) && (!receives || isKnown(recv));
  }

  private boolean isKnown(long address) {
    return endpoint.device().memory().find(address, 1) != null;
  }
}
