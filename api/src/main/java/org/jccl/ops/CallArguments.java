package org.jccl.ops;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of one stream operation as its C function takes them: numbers, and not checked.
 * Communicator and stream go beside them.
 *
 * <p>An object of these is used again for call after call, by one thread at a time, so that a call
 * allocates nothing. Whoever keeps it longer than a call copies it.
 */
public final class CallArguments {
  private Operation operation = Operation.ALL_REDUCE;
  private long send;
  private long recv;
  private long count;
  private int type;
  private int reduction;
  private int rootOrPeer;
  private @Nullable Object site;
  private @Nullable Composite partOf;
  private boolean ownKernel;
  private @Nullable CallSetting setting;

  /** Arguments that are still to be set. */
  public CallArguments() {}

  /**
   * Sets all of them.
   *
   * @param newOperation the operation
   * @param newSend address of the send buffer, or 0
   * @param newRecv address of the receive buffer, or 0
   * @param newCount NCCL's count argument
   * @param newType code of the data type
   * @param newReduction code of the reduction, or 0
   * @param newRootOrPeer the root, the peer, or 0
   * @return this
   */
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
    partOf = null;
    ownKernel = false;
    setting = null;
    return this;
  }

  /**
   * Sets all of them as in another call, with what it is a part of and where it was made.
   *
   * @param other the call that is copied
   * @return this
   */
  public CallArguments set(CallArguments other) {
    set(
        other.operation,
        other.send,
        other.recv,
        other.count,
        other.type,
        other.reduction,
        other.rootOrPeer);
    partOf = other.partOf;
    setting = other.setting;
    site = other.site;
    return this;
  }

  /**
   * Says of what the call is a part; after {@link #set}.
   *
   * @param composite the method that the program has called, or null if it is the operation itself
   */
  public void isPartOf(@Nullable Composite composite) {
    partOf = composite;
  }

  /** {@return the method of which the call is a part, or null} */
  public @Nullable Composite partOf() {
    return partOf;
  }

  /** Says that one of jccl's own kernels carries it out; after {@link #set}. */
  public void runsInOwnKernel() {
    ownKernel = true;
  }

  /** {@return whether one of jccl's own kernels carries it out, where somebody has said so} */
  public boolean isOwnKernel() {
    return ownKernel;
  }

  /**
   * Says with which configuration the call is made; after {@link #set}.
   *
   * @param configuration what differs from the communicator, or null
   */
  public void isConfiguredBy(@Nullable CallSetting configuration) {
    setting = configuration;
  }

  /** {@return the configuration of the call, or null if it has none} */
  public @Nullable CallSetting setting() {
    return setting;
  }

  /** {@return the C function that makes the call} */
  public NcclFunction function() {
    NcclFunction configured = setting == null ? null : operation.configuredFunction();
    return configured == null ? operation.function() : configured;
  }

  /** {@return the operation} */
  public Operation operation() {
    return operation;
  }

  /** {@return the address of the send buffer, or 0} */
  public long send() {
    return send;
  }

  /** {@return the address of the receive buffer, or 0} */
  public long recv() {
    return recv;
  }

  /** {@return NCCL's count argument} */
  public long count() {
    return count;
  }

  /** {@return the code of the data type} */
  public int type() {
    return type;
  }

  /** {@return the code of the reduction, or 0} */
  public int reduction() {
    return reduction;
  }

  /** {@return the root, the peer, or 0} */
  public int rootOrPeer() {
    return rootOrPeer;
  }

  /**
   * Sets where the call was made, for calls that are issued elsewhere.
   *
   * @param where where, or null if nobody keeps that
   */
  public void madeAt(@Nullable Object where) {
    site = where;
  }

  /** {@return where the call was made, if it is issued elsewhere and somebody keeps that} */
  public @Nullable Object site() {
    return site;
  }

  /** Without the operation: {@code count 7, type 7, op 0, root or peer 0}. */
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
