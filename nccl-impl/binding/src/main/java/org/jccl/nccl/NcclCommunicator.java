package org.jccl.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.LibraryCommunicator;
import org.jccl.spi.NativeHandle;
import org.jspecify.annotations.Nullable;

/**
 * One rank's endpoint in NCCL.
 *
 * <p>The way of a call is short on purpose: note the stream, make the downcall; no lock, no
 * allocation. Abort, and the questions about its state, may come from other threads.
 */
final class NcclCommunicator extends LibraryCommunicator {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final Set<State> ENDS_WELL =
      EnumSet.of(State.READY, State.FINALIZED, State.REVOKED, State.SUSPENDED);
  private static final int DEVICE_SCALAR = 0;
  private static final int HOST_SCALAR = 1;

  // Offsets in the scratch memory that native calls read from and write to.
  private static final long SUM_SLOT = 0;
  private static final long SCALAR_SLOT = 8;
  private static final long SCRATCH_BYTES = 16;

  private final NcclBackend backend;
  private final NcclLibrary library;
  private final NcclBinding nccl;
  private final boolean nativeAllToAll;
  private final String name;
  private final NativeThread thread;
  private final Stream defaultStream;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment scratch = arena.allocate(SCRATCH_BYTES, JAVA_LONG.byteAlignment());
  private final UsedStreams streams = new UsedStreams();
  private @Nullable Stream lastStream;
  private final List<PreMulSum> sums = new ArrayList<>();
  private final NativeHandle handle;
  private final Ending ending = new Ending(this);
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Whether NCCL is done with this communicator, so that memory it was given may go. */
  private volatile boolean letGo = true;

  /** An endpoint that {@link Opening} is about to open. */
  NcclCommunicator(
      NcclBackend backend,
      NcclLibrary library,
      String name,
      int rank,
      int worldSize,
      Device device,
      CommunicatorConfig config) {
    requireNoPins(config);
    super(
        library.binding(),
        library.version(),
        NativeHandle.asking(library.binding()),
        rank,
        worldSize,
        device,
        config,
        backend);
    this.backend = backend;
    this.library = library;
    this.nccl = library.binding();
    this.nativeAllToAll = NcclFunction.ALL_TO_ALL.isIn(library.version());
    this.handle = handle();
    this.name = name;
    this.defaultStream = device.newStream();
    this.thread = new NativeThread("jccl-nccl-" + name + "-" + rank);
  }

  /** NCCL reads its pins from the process, for all communicators: a single one cannot have them. */
  private static void requireNoPins(CommunicatorConfig config) {
    String wanted =
        config.algorithm().map(pin -> " NCCL_ALGO=" + pin.nativeName()).orElse("")
            + config.protocol().map(pin -> " NCCL_PROTO=" + pin.nativeName()).orElse("");
    if (!wanted.isEmpty()) {
      throw new UnsupportedOperationException(
          "NCCL takes algorithm and protocol from the environment, for all communicators of a"
              + " process: start it with"
              + wanted
              + " and leave them out of the configuration");
    }
  }

  NcclBinding nccl() {
    return nccl;
  }

  NativeThread thread() {
    return thread;
  }

  /** For what its creation reads and writes. */
  Arena arena() {
    return arena;
  }

  private boolean isMissing(Operation operation) {
    return !nativeAllToAll && !operation.hasPeer();
  }

  // ---- how calls are made

  @Override
  protected int call(String what, IntSupplier body) {
    return Thread.currentThread().isVirtual() ? thread.call(what, body) : body.getAsInt();
  }

  @Override
  protected int callWithin(String what, Duration timeout, IntSupplier body) {
    int[] code = {0};
    try {
      if (thread.callWithin(timeout, what, body, code) == NativeThread.Ending.DONE) {
        return code[0];
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CollectiveException(ResultCode.UNKNOWN, this + ": interrupted during the " + what);
    }
    throw new CollectiveTimeoutException(
        this
            + ": the "
            + what
            + " took longer than initTimeout "
            + timeout
            + ". A rank is late or missing, or has something in flight (SPL-11): abort this"
            + " communicator. The native call cannot be taken back and waits on in the"
            + " background.");
  }

  @Override
  protected LibraryCommunicator newChild(
      String childName, int rank, int worldSize, CommunicatorConfig config) {
    return new NcclCommunicator(backend, library, childName, rank, worldSize, device(), config);
  }

  /** Throws if it cannot take a call. */
  void requireGroupable() {
    requireUsable();
  }

  /** Takes the code of a group's call or end, as {@link #settled} does. */
  void ended(int code, String what) {
    settled(code, what);
  }

  /** Creation has returned: it is open, or opening if it is nonblocking (INIT-17). */
  void handleArrived(long value) {
    if (isNonblocking()) {
      handle.opening(value);
      handle.poll();
    } else {
      handle.opened(value);
    }
    born();
  }

  @Override
  protected void born() {
    backend.opened(this);
  }

  @Override
  protected void discard() {
    release(true);
  }

  // ---- calls

  @Override
  protected int enqueue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      Stream stream) {
    note(stream);
    int code =
        Thread.currentThread().isVirtual()
            ? handOver(operation, send, recv, count, type, reduction, rootOrPeer, stream)
            : issue(operation, send, recv, count, type, reduction, rootOrPeer, stream);
    return code == 0 ? 0 : settled(code, operation.label());
  }

  /** Remembers that work was enqueued on {@code stream}, for the end. */
  @Override
  protected void note(Stream stream) {
    if (stream != lastStream) {
      streams.add(stream);
      lastStream = stream;
    }
  }

  /** The native call alone; also inside a native group. */
  int issue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      Stream stream) {
    long comm = handle.value();
    return operation.isMadeOfMessages() && isMissing(operation)
        ? NcclCalls.exchange(
            nccl, this, operation, send, recv, count, type, rootOrPeer, comm, stream.handle())
        : nccl.issue(
            operation, send, recv, count, type, reduction, rootOrPeer, comm, stream.handle());
  }

  private int handOver(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      Stream stream) {
    return thread.call(
        operation.label(),
        () -> issue(operation, send, recv, count, type, reduction, rootOrPeer, stream));
  }

  // ---- sums

  @Override
  public PreMulSum preMulSum(DataType type, double scalar) {
    requireUsable();
    // Little-endian: the element's bytes come first, whatever its size. Read at once (PMS-02).
    scratch.set(JAVA_LONG, SCALAR_SLOT, type.encode(scalar));
    return newSum(type, scratch.address() + SCALAR_SLOT, HOST_SCALAR);
  }

  @Override
  public PreMulSum preMulSum(DeviceBuffer scalar) {
    requireUsable();
    if (scalar.count() != 1 || scalar.device() != device() || scalar.isClosed()) {
      throw new IllegalArgumentException(
          name
              + ", rank "
              + rank()
              + ", preMulSum: one element on "
              + device()
              + " is needed, got "
              + scalar);
    }
    return newSum(scalar.type(), scalar.address(), DEVICE_SCALAR);
  }

  private PreMulSum newSum(DataType type, long scalar, int residence) {
    int code =
        nccl.redOpCreatePreMulSum(
            scratch.asSlice(SUM_SLOT, JAVA_INT), scalar, type.code(), residence, handle.value());
    if (code != 0) {
      settled(code, "preMulSum");
    }
    PreMulSum sum =
        new PreMulSum(
            this,
            type,
            scratch.get(JAVA_INT, SUM_SLOT),
            made -> GroupRecording.whenIssued(() -> destroySum(made)));
    sums.add(sum);
    return sum;
  }

  private void destroySum(int code) {
    sums.removeIf(sum -> sum.code() == code);
    // With the communicator its sums are gone, too (PMS-11).
    int result = handle.ifAlive(comm -> nccl.redOpDestroy(code, comm));
    if (result != 0) {
      throw failure(result, "closing a preMulSum");
    }
  }

  // ---- life

  @Override
  public String name() {
    return name;
  }

  @Override
  public Stream defaultStream() {
    return defaultStream;
  }

  @Override
  public void abort() {
    long comm = handle.take(State.ABORTED);
    if (comm != 0) {
      letGo = ending.kill(comm);
    }
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    long deadline = System.nanoTime() + config().closeTimeout().toNanos();
    closeSums();
    closeRegistrations();
    State last = settledState(deadline);
    boolean finished = ENDS_WELL.contains(last) && finishedBefore(deadline);
    long comm = handle.take(State.CLOSED);
    if (comm != 0) {
      Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
      // Only a ready one may be finalized (LIF-03, LIF-20).
      letGo = finished ? ending.finish(comm, left, last == State.READY) : ending.kill(comm);
    }
    release(letGo);
  }

  /** Waits for a nonblocking call: what is busy cannot be destroyed (LIF-11). */
  private State settledState(long deadline) {
    try {
      awaitReady(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    } catch (RuntimeException notReady) {
      LOG.log(Level.DEBUG, this + ": closed without having come to rest", notReady);
    }
    return state();
  }

  /**
   * A communicator takes its sums with it (PMS-11), so one that fails here is no reason to stop.
   */
  private void closeSums() {
    for (PreMulSum sum : List.copyOf(sums)) {
      try {
        sum.close();
      } catch (CollectiveException failed) {
        LOG.log(Level.WARNING, this + ": closing " + sum + " failed", failed);
      }
    }
  }

  /** LIF-07: an early local destroy would not wait for what this rank has in flight. */
  private boolean finishedBefore(long deadline) {
    try {
      if (streams.awaitIdle(deadline)) {
        return true;
      }
      LOG.log(
          Level.WARNING,
          "{0}: its work has not ended in {1}, so it is aborted: a peer may be missing",
          this,
          config().closeTimeout());
    } catch (RuntimeException failed) {
      LOG.log(Level.WARNING, this + ": its work has failed, so it is aborted", failed);
    }
    return false;
  }

  /** Frees what is ours; {@code arenaToo} unless a native call may still use its memory. */
  void release(boolean arenaToo) {
    try {
      releaseTokens();
      defaultStream.close();
    } catch (RuntimeException failed) {
      LOG.log(Level.WARNING, this + ": freeing its stream failed", failed);
    }
    thread.end();
    backend.closed(this);
    if (arenaToo) {
      arena.close();
    }
  }
}
