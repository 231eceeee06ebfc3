package org.jccl.spi;

import org.jccl.CallConfig;
import org.jccl.CallListener;
import org.jccl.CallMemory;
import org.jccl.DataType;
import org.jccl.IssuedCall;
import org.jccl.Stream;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Composite;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** A call as listeners see it; the same object shows call after call. */
class ShownCall implements IssuedCall {
  /** What the communicator knows of the way that a call takes. */
  interface Way {
    /** What is known of the memory of its buffers. */
    CallMemory memoryOf(CallArguments call);

    /** Whether an own kernel carries it out, where it is the only collective of its group. */
    default boolean runsInKernel(CallArguments call) {
      return false;
    }
  }

  private final CallListener.Endpoint where;
  private final boolean isOrdered;
  private final Way way;
  private CallArguments call = new CallArguments();
  private @Nullable String oneSided;
  private @Nullable Stream stream;
  private int groupSize = 1;
  private boolean isPrepared;

  /** Of a call that is kept; null: it is asked for. */
  private @Nullable CallMemory keptMemory;

  private boolean isKeptKernel;

  /** In its group, of its communicator. */
  private boolean isOnlyCollective;

  /** Its number in its communicator, by the sort of call. */
  long number;

  /**
   * Shows nothing yet.
   *
   * @param isOrdered whether a call's work is on its stream when the call has come back
   */
  ShownCall(CallListener.Endpoint where, boolean isOrdered, Way way) {
    this.where = where;
    this.isOrdered = isOrdered;
    this.way = way;
  }

  /** Shows that call, without keeping a copy; {@code name} if it is a one-sided operation. */
  void show(
      CallArguments shown,
      @Nullable String name,
      Stream itsStream,
      int inGroupOf,
      boolean isTheOnlyCollective) {
    call = shown;
    oneSided = name;
    stream = itsStream;
    groupSize = inGroupOf;
    isOnlyCollective = isTheOnlyCollective;
    isPrepared = false;
  }

  /** Shows a call of a prepared sequence that is launched. */
  void showPrepared(
      CallArguments shown, Stream itsStream, int inGroupOf, boolean isTheOnlyCollective) {
    show(shown, null, itsStream, inGroupOf, isTheOnlyCollective);
    isPrepared = true;
  }

  /** Keeps what {@code other} shows now. */
  void copy(ShownCall other) {
    CallArguments from = other.call;
    call.set(
        from.operation(),
        from.send(),
        from.recv(),
        from.count(),
        from.type(),
        from.reduction(),
        from.rootOrPeer());
    call.isPartOf(from.partOf());
    call.isConfiguredBy(from.setting());
    oneSided = other.oneSided;
    stream = other.stream;
    groupSize = other.groupSize;
    isOnlyCollective = other.isOnlyCollective;
    isPrepared = other.isPrepared;
    keptMemory = other.memory();
    isKeptKernel = other.isOwnKernel();
    number = other.number;
  }

  Stream stream() {
    Stream shown = stream;
    if (shown == null) {
      throw new IllegalStateException("no call is shown");
    }
    return shown;
  }

  @Override
  public String operation() {
    return oneSided == null ? call.operation().label() : oneSided;
  }

  @Override
  public String method() {
    Composite method = call.partOf();
    return method == null || oneSided != null ? operation() : method.label();
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public long count() {
    return call.count();
  }

  @Override
  public @Nullable DataType type() {
    return DataType.isCode(call.type()) ? DataType.ofCode(call.type()) : null;
  }

  @Override
  public int reduction() {
    return oneSided == null && call.operation().reduces() ? call.reduction() : NO_RANK;
  }

  @Override
  public int rootOrPeer() {
    Operation operation = call.operation();
    return operation.hasRoot() || isMessage() ? call.rootOrPeer() : NO_RANK;
  }

  @Override
  public boolean isMessage() {
    return oneSided != null || call.operation().hasPeer();
  }

  @Override
  public long bytes() {
    DataType type = type();
    if (type == null) {
      return 0;
    }
    return oneSided == null
        ? call.operation().measuredBytes(call.count(), where.worldSize(), type.bytes())
        : call.count() * type.bytes();
  }

  @Override
  public long sendAddress() {
    return call.send();
  }

  @Override
  public long receiveAddress() {
    return call.recv();
  }

  @Override
  public long streamHandle() {
    return stream().handle();
  }

  @Override
  public int groupSize() {
    return groupSize;
  }

  @Override
  public CallMemory memory() {
    CallMemory kept = keptMemory;
    return kept == null ? way.memoryOf(call) : kept;
  }

  @Override
  public boolean isOwnKernel() {
    return keptMemory == null
        ? oneSided == null && isOnlyCollective && way.runsInKernel(call)
        : isKeptKernel;
  }

  @Override
  public @Nullable CallConfig config() {
    CallSetting setting = oneSided == null ? call.setting() : null;
    return setting == null ? null : setting.config();
  }

  @Override
  public boolean isPrepared() {
    return isPrepared;
  }

  @Override
  public boolean isCaptured() {
    return stream().isCapturing();
  }

  @Override
  public boolean takesWork() {
    return isOrdered;
  }

  @Override
  public void enqueue(Work work, WorkBody body) {
    if (!isOrdered) {
      throw new IllegalStateException(
          "nonblocking communicators issue their work later: nothing can be put beside it");
    }
    stream().run(work, body);
  }

  @Override
  public String toString() {
    return "call " + number + ", " + operation();
  }
}
