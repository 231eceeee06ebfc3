package org.jccl.sim.comm.call;

import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.CommMember;

/** NCCL's argument checks on the calls of one rank, in NCCL's order (rule ARG-01). */
public final class ArgumentCheck {
  private static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();

  private final CommMember member;
  private final CustomReductions scales;
  private final int worldSize;
  private final boolean checksPointers;

  /** The type of the last call: mostly of the next one, too. */
  private DataType lastType = DataType.FLOAT32;

  /** The checks of a rank whose custom reductions are {@code scales}. */
  public ArgumentCheck(CommMember member, CustomReductions scales) {
    this.member = member;
    this.scales = scales;
    this.worldSize = member.worldSize();
    this.checksPointers = member.comm().simulation().checksPointers();
  }

  /** NCCL's argument checks on one stream operation, in NCCL's order; 0 if it passes (ARG-01). */
  public int check(CallArguments call) {
    Operation operation = call.operation();
    boolean directed = operation.hasRoot() || operation.hasPeer();
    if (directed && (call.rootOrPeer() < 0 || call.rootOrPeer() >= worldSize)) {
      return INVALID_ARGUMENT;
    }
    if (call.type() != lastType.code()) {
      if (!DataType.isCode(call.type())) {
        return INVALID_ARGUMENT;
      }
      lastType = DataType.ofCode(call.type());
    }
    DataType type = lastType;
    if (operation.reduces() && !isReduction(type, call.count(), call.reduction())) {
      return INVALID_ARGUMENT;
    }
    return isTooLarge(operation, call.count(), type) ? INVALID_ARGUMENT : 0;
  }

  /** Rule ARG-38: NCCL wraps silently; nothing of that size exists (SIM-30). */
  private boolean isTooLarge(Operation operation, long count, DataType type) {
    if (count >>> 40 == 0 && worldSize < 1 << 20) {
      return false; // as always: elements have at most 8 bytes, so that is less than 2^63
    }
    long blocks =
        Math.max(operation.sendElements(1, worldSize), operation.receiveElements(1, worldSize));
    return count < 0 || count > Long.MAX_VALUE / type.bytes() / blocks;
  }

  private boolean isReduction(DataType type, long count, int reduction) {
    if (reduction < 0) {
      return false;
    }
    boolean custom = reduction >= Call.PRE_MUL_SUM;
    CustomReduction scale = custom ? scales.find(reduction) : null;
    if (custom && scale == null) {
      return false;
    }
    if (count == 0) {
      return true; // PMS-05: the type is looked at only when there is something to do
    }
    boolean scaled = custom || reduction == ReduceOp.AVG.code();
    return (scale == null || scale.type() == type)
        && !(worldSize == 1 && type.isFloat8() && scaled); // RED-12
  }

  /**
   * Step 10 of NCCL's checks, off unless the environment turns it on: whether the buffers are of
   * this device's memory (rules ARG-04, ARG-05).
   */
  public boolean knowsBuffers(CallArguments call) {
    if (!checksPointers) {
      return true;
    }
    Operation operation = call.operation();
    if (operation.hasPeer()) {
      return call.count() == 0 || isKnown(operation == Operation.SEND ? call.send() : call.recv());
    }
    boolean isRoot = member.rank() == call.rootOrPeer();
    boolean sends = operation != Operation.BROADCAST || isRoot;
    boolean receives = operation != Operation.REDUCE || isRoot;
    return (!sends || isKnown(call.send())) && (!receives || isKnown(call.recv()));
  }

  private boolean isKnown(long address) {
    return member.device().memory().find(address, 1) != null;
  }
}
