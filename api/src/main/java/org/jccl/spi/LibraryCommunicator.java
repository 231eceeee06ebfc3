package org.jccl.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.Communicator.MemoryStatistics;
import org.jccl.Communicator.ShrinkMode;
import org.jccl.Communicator.SignalWait;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Registration;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.config.ConfigField;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * A communicator over a library's C functions: its life, its children, its registered memory. The
 * same for real NCCL and for the simulator, which differ in how a call is made ({@link #call}).
 */
public abstract class LibraryCommunicator extends CommunicatorBase {
  private static final long POLL_NANOS = 10_000;

  private final NcclAbi abi;
  private final int version;
  private final NativeHandle handle;
  private final boolean nonblocking;
  private final Children children;
  private final LibraryMemory memory;

  /**
   * An endpoint that is about to be opened; rank and size are -1 if only the library knows.
   *
   * @param abi the library
   * @param version NCCL's version code, for example 22809
   * @param question see {@link NativeHandle}
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device the device
   * @param config how the communicator is opened
   * @param issuer what issues recorded calls
   */
  @SuppressWarnings("this-escape") // The helpers only keep the reference.
  protected LibraryCommunicator(
      NcclAbi abi,
      int version,
      LongToIntFunction question,
      int rank,
      int worldSize,
      Device device,
      CommunicatorConfig config,
      GroupRecording.Issuer issuer) {
    super(rank, worldSize, device, config, issuer);
    this.abi = abi;
    this.version = version;
    this.handle = new NativeHandle(question);
    this.children = new Children(this);
    this.memory = new LibraryMemory(this);
    this.nonblocking = config.field(ConfigField.BLOCKING).orElse(1) == 0;
  }

  // ---- what the implementations differ in

  /**
   * Makes a call that may wait for other ranks or for the device, on a thread that may wait.
   *
   * @param what a name for messages
   * @param body what is run
   * @return what {@code act} answered
   */
  protected abstract int call(String what, IntSupplier body);

  /**
   * {@return the same for a creation, which may wait for ranks that never come (rule INIT-02)}
   *
   * @param what a name for messages
   * @param timeout at most how long to wait
   * @param body what is run
   * @throws CollectiveTimeoutException if it has not ended in time; it goes on then
   */
  protected abstract int callWithin(String what, Duration timeout, IntSupplier body);

  /**
   * {@return a communicator on the same device whose handle is still to come}
   *
   * @param name a name
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param config how the communicator is opened
   */
  protected abstract LibraryCommunicator newChild(
      String name, int rank, int worldSize, CommunicatorConfig config);

  /** The handle is there: {@link NativeHandle#value}. Called once. */
  protected abstract void born();

  /** Frees what is ours of a child that was not born. */
  protected abstract void discard();

  /**
   * Makes a call that does not wait, if the handle is still there; 0 otherwise.
   *
   * @param call the call
   * @return what {@code act} answered, or 0
   */
  protected int quick(LongUnaryOperator call) {
    return handle.ifAlive(call);
  }

  /** Lets others go on while this thread polls. */
  protected void pause() {
    LockSupport.parkNanos(POLL_NANOS);
  }

  // ---- for the implementations and the helpers

  /** {@return the library} */
  protected NcclAbi abi() {
    return abi;
  }

  /** {@return the version code of the library} */
  protected final int version() {
    return version;
  }

  /** {@return the handle and its state} */
  protected final NativeHandle handle() {
    return handle;
  }

  /**
   * Asked for each call of a group, so not looked up in the configuration again.
   *
   * @return whether calls come back at once
   */
  public final boolean isNonblocking() {
    return nonblocking;
  }

  /** What is registered; closed with the communicator. */
  protected final void closeRegistrations() {
    memory.close();
  }

  /** Refuses a function that the library's version lacks (rule VER-05). */
  final void require(NcclFunction function) {
    if (!function.isIn(version)) {
      throw function.missingIn(version);
    }
  }

  /** Refuses {@code act} unless the state allows it; nothing is recorded into groups. */
  final void requireLegal(Act act, String what) {
    if (GroupRecording.current() != null) {
      throw new IllegalStateException(
          who() + ", " + what + ": it is no part of a group; call it outside the group's body");
    }
    requireLegal(act);
  }

  /**
   * Refuses {@code act} unless the state allows it.
   *
   * @param act what to do with the handle
   */
  protected final void requireLegal(Act act) {
    if (handle.state() != State.READY || act == Act.RESUME) {
      RuntimeException refusal = refusal(act);
      if (refusal != null) {
        throw refusal;
      }
    }
  }

  private @Nullable RuntimeException refusal(Act act) {
    State now = handle.poll();
    return switch (now) {
      case ABORTED -> aborted(null);
      case FAILED ->
          act == Act.REVOKE
              ? null
              : failure(handle.storedCode(), "a call on a failed communicator");
      case CLOSED -> new IllegalStateException(who() + " is closed");
      case BUSY, REVOKED ->
          config().checks() == CheckLevel.NONE ? null : StateRules.refusal(act, now, who());
      default -> StateRules.refusal(act, now, who());
    };
  }

  @Override
  protected void requireUsable() {
    if (handle.state() != State.READY) {
      requireLegal(Act.OPERATION);
    }
  }

  /**
   * {@return the abort, whose cause is the failure that a call came back with, if one did}
   *
   * @param cause what caused it
   */
  protected final CommunicatorAbortedException aborted(@Nullable Throwable cause) {
    return new CommunicatorAbortedException(
        who()
            + " was aborted: close it, open a new one"
            + (cause == null ? "" : " (" + cause.getMessage() + ")"),
        cause);
  }

  /** For messages; works while it opens. */
  final String who() {
    return knowsItsPlace() ? name() + ", rank " + rank() + "/" + worldSize() : name();
  }

  /**
   * Takes a call's code: good ones leave the communicator ready, or busy where it goes on.
   *
   * @param code NCCL's number
   * @param what a name for messages
   * @return 0 or {@link ResultCode#IN_PROGRESS}
   * @throws CollectiveException for any other code
   */
  protected final int settled(int code, String what) {
    if (code == 0) {
      return 0;
    }
    if (code == ResultCode.IN_PROGRESS.code()) {
      handle.busy();
      return code;
    }
    CollectiveException failed = failure(code, what);
    if (handle.poll() == State.ABORTED) {
      throw aborted(failed);
    }
    throw failed;
  }

  /** A call that reports success while it may go on (rules SPL-07, WIN-06). */
  final void mayGoOn() {
    if (nonblocking) {
      handle.busy();
      handle.poll();
    }
  }

  // ---- life

  @Override
  public State state() {
    return handle.poll();
  }

  @Override
  public ResultCode asyncError() {
    if (handle.state() == State.CLOSED) {
      return ResultCode.SUCCESS;
    }
    handle.poll();
    return ResultCode.of(handle.storedCode());
  }

  @Override
  public String lastError() {
    // The text belongs to the process, the argument is ignored (ERR-07): so no handle goes in.
    return abi.getLastError(0);
  }

  @Override
  public final void awaitReady(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    State now = handle.poll();
    while (now == State.OPENING || now == State.BUSY) {
      if (System.nanoTime() - deadline >= 0) {
        throw new CollectiveTimeoutException(
            who() + " is still " + now + " after " + timeout + ": a rank is late or missing");
      }
      pause();
      now = handle.poll();
    }
    switch (now) {
      case FAILED -> throw failure(handle.storedCode(), "awaitReady");
      case ABORTED -> throw aborted(null);
      case CLOSED -> throw new IllegalStateException(who() + " is closed");
      default -> learnPlace();
    }
  }

  /** The handle of a nonblocking child has come: rank and size are known now. */
  private void learnPlace() {
    if (!knowsItsPlace()) {
      children.place(this);
    }
  }

  @Override
  protected final void learn() {
    if (handle.poll() != State.OPENING) {
      learnPlace();
    }
  }

  @Override
  public void finalizeCommunicator() {
    requireLegal(Act.FINALIZE, "finalize");
    endLife(call("finalize", () -> abi.commFinalize(handle.value())), State.FINALIZED, "finalize");
  }

  @Override
  public void revoke() {
    require(NcclFunction.COMM_REVOKE);
    requireLegal(Act.REVOKE, "revoke");
    endLife(call("revoke", () -> abi.commRevoke(handle.value(), 0)), State.REVOKED, "revoke");
  }

  @Override
  public void suspend() {
    require(NcclFunction.COMM_SUSPEND);
    requireLegal(Act.SUSPEND, "suspend");
    int code = call("suspend", () -> abi.commSuspend(handle.value(), LibraryMemory.SUSPEND_MEMORY));
    endLife(code, State.SUSPENDED, "suspend");
  }

  @Override
  public void resume() {
    require(NcclFunction.COMM_RESUME);
    requireLegal(Act.RESUME, "resume");
    endLife(call("resume", () -> abi.commResume(handle.value())), State.READY, "resume");
  }

  private void endLife(int code, State reached, String what) {
    if (code == 0) {
      handle.become(reached);
    } else if (code == ResultCode.IN_PROGRESS.code()) {
      handle.busyUntil(reached);
    } else {
      settled(code, what);
    }
  }

  // ---- family

  @Override
  public final Communicator split(int color, int key) {
    return children.split(color, key, null);
  }

  @Override
  public final Communicator split(int color, int key, CommunicatorConfig config) {
    return children.split(color, key, config);
  }

  @Override
  public final void splitNoColor() {
    children.splitNoColor();
  }

  @Override
  public final Communicator shrink(Set<Integer> excluded) {
    return children.shrink(excluded, ShrinkMode.DEFAULT, null);
  }

  @Override
  public final Communicator shrink(Set<Integer> excluded, ShrinkMode mode) {
    return children.shrink(excluded, mode, null);
  }

  @Override
  public final Communicator shrink(
      Set<Integer> excluded, ShrinkMode mode, CommunicatorConfig config) {
    return children.shrink(excluded, mode, config);
  }

  @Override
  public final UniqueId newUniqueId() {
    return children.newUniqueId();
  }

  @Override
  public final Communicator grow(int newWorldSize) {
    return children.grow(newWorldSize, null, null);
  }

  @Override
  public final Communicator grow(int newWorldSize, UniqueId id) {
    return children.grow(newWorldSize, id, null);
  }

  @Override
  public final Communicator grow(
      int newWorldSize, @Nullable UniqueId id, CommunicatorConfig config) {
    return children.grow(newWorldSize, id, config);
  }

  /**
   * Joins, as this new rank, the communicator that grows by {@code id}; then it is open.
   *
   * @param id the unique id
   */
  public final void joinGrowing(UniqueId id) {
    children.join(this, id);
  }

  // ---- memory

  @Override
  public final Registration register(DeviceBuffer buffer) {
    return memory.register(buffer);
  }

  @Override
  public final Window registerWindow(DeviceBuffer buffer, Window.Flag... flags) {
    return memory.registerWindow(buffer, flags);
  }

  @Override
  public final void putSignal(
      DeviceBuffer source, int peer, Window window, long offset, Stream stream) {
    memory.putSignal(source, peer, window, offset, stream);
  }

  @Override
  public final void signal(int peer, Stream stream) {
    memory.signal(peer, stream);
  }

  @Override
  public final void waitSignal(List<SignalWait> signals, Stream stream) {
    memory.waitSignal(signals, stream);
  }

  @Override
  public final MemoryStatistics memoryStatistics() {
    return memory.statistics();
  }

  /**
   * Work was enqueued on {@code stream}: for implementations that wait for it at the end.
   *
   * @param stream the stream on which the work is enqueued
   */
  protected void note(Stream stream) {}

  /** The configuration in the library's own words, or null for none. */
  final MemorySegment struct(@Nullable CommunicatorConfig given, Arena arena) {
    return given == null ? MemorySegment.NULL : ConfigStruct.write(given, version, arena);
  }
}
