package org.jccl.sim.comm.call;

import org.jccl.ops.Operation;

/**
 * The arguments of one call as NCCL's C function gets them, not checked yet. Each thread has one
 * object of these and uses it again for each call.
 */
public final class CallArguments {
  private Operation operation = Operation.ALL_REDUCE;
  private long send;
  private long recv;
  private long count;
  private int type;
  private int reduction;
  private int rootOrPeer;

  /** Arguments that are set for each call. */
  public CallArguments() {}

  /** Sets all of them. */
  public CallArguments set(
      Operation newOperation,
      long newSend,
      long newRecv,
      long newCount,
      int newType,
      int newReduction,
      int newRootOrPeer) {
    operation = newOperation;
    send = newSend;
    recv = newRecv;
    count = newCount;
    type = newType;
    reduction = newReduction;
    rootOrPeer = newRootOrPeer;
    return this;
  }

  /** Which function. */
  public Operation operation() {
    return operation;
  }

  /** Address of the send buffer. */
  public long send() {
    return send;
  }

  /** Address of the receive buffer. */
  public long recv() {
    return recv;
  }

  /** NCCL's count argument. */
  public long count() {
    return count;
  }

  /** Code of the data type. */
  public int type() {
    return type;
  }

  /** Code of the reduction. */
  public int reduction() {
    return reduction;
  }

  /** Root of a rooted operation, or peer of a message. */
  public int rootOrPeer() {
    return rootOrPeer;
  }

  @Override
  public String toString() {
    return "count "
        + count
        + ", type "
        + type
        + ", op "
        + reduction
        + ", root or peer "
        + rootOrPeer;
  }
}
