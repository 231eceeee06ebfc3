package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongUnaryOperator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.ops.Operation;
import org.jccl.sim.abi.AbiOperations;
import org.jccl.sim.comm.call.CallArguments;
import org.jccl.sim.comm.call.CustomReductions;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jccl.spi.ConfigStruct;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.LibraryCommunicator;
import org.jspecify.annotations.Nullable;

/** The typed face of a simulated rank: each call goes through the simulated C function. */
public final class SimCommunicator extends LibraryCommunicator {
  private final Library library;
  private final SimDevice device;
  private final SimStream defaultStream;
  private final Kernel kernel;
  private final String givenName;
  private final AbiOperations operations;
  private @Nullable CommLifecycle life;
  private boolean closed;

  /**
   * The communicator of one rank, still to be opened; owns a stream of its own.
   *
   * @param library what the calls go to
   * @param device the device
   * @param name a name
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param config how the communicator is opened
   */
  public SimCommunicator(
      Library library,
      SimDevice device,
      String name,
      int rank,
      int worldSize,
      CommunicatorConfig config) {
    super(
        library.abi(),
        library.ncclVersion(),
        library::storedCode,
        rank,
        worldSize,
        device,
        config,
        library);
    this.library = library;
    this.operations = library.operations();
    this.device = device;
    this.givenName = name;
    this.kernel = device.simulation().kernel();
    this.defaultStream = device.newStream();
  }

  // ---- creation

  /**
   * Creates the communicators of {@code ranks}: one by one call, several in a group (INIT-03).
   *
   * @param ranks the ranks
   * @param ids the unique ids
   */
  public static void open(List<SimCommunicator> ranks, List<UniqueId> ids) {
    SimCommunicator first = ranks.getFirst();
    Arena arena = Arena.ofAuto();
    MemorySegment slots = arena.allocate(JAVA_LONG, ranks.size());
    boolean opened = false;
    try {
      int code = ranks.size() == 1 ? first.join(slots, ids) : joinAll(ranks, slots, ids);
      if (code != 0 && code != ResultCode.IN_PROGRESS.code()) {
        throw first.failure(code, "creation");
      }
      for (int i = 0; i < ranks.size(); i++) {
        ranks.get(i).arrived(slots.getAtIndex(JAVA_LONG, i));
      }
      opened = true;
    } finally {
      if (!opened) {
        ranks.forEach(SimCommunicator::discard);
      }
    }
  }

  private static int joinAll(List<SimCommunicator> ranks, MemorySegment slots, List<UniqueId> ids) {
    SimCommunicator first = ranks.getFirst();
    int code = first.abi().groupStart();
    for (int i = 0; code == 0 && i < ranks.size(); i++) {
      code = ranks.get(i).join(slots.asSlice(i * JAVA_LONG.byteSize(), JAVA_LONG), ids);
    }
    int end = first.abi().groupEnd();
    return code != 0 ? code : end;
  }

  private int join(MemorySegment slot, List<UniqueId> ids) {
    Arena arena = Arena.ofAuto();
    MemorySegment config = ConfigStruct.write(config(), version(), arena);
    MemorySegment bytes = arena.allocate((long) UniqueId.BYTES * ids.size());
    for (int i = 0; i < ids.size(); i++) {
      MemorySegment.copy(
          ids.get(i).toBytes(), 0, bytes, JAVA_BYTE, (long) UniqueId.BYTES * i, UniqueId.BYTES);
    }
    return CurrentDevice.during(
        device,
        () ->
            ids.size() == 1
                ? abi().commInitRankConfig(slot, worldSize(), bytes, rank(), config)
                : abi().commInitRankScalable(slot, worldSize(), rank(), ids.size(), bytes, config));
  }

  private void arrived(long comm) {
    if (isNonblocking()) {
      handle().opening(comm);
      handle().poll();
    } else {
      handle().opened(comm);
    }
    born();
  }

  @Override
  protected LibraryCommunicator newChild(
      String name, int rank, int worldSize, CommunicatorConfig config) {
    return new SimCommunicator(library, device, name, rank, worldSize, config);
  }

  @Override
  protected void born() {
    library.opened(this);
  }

  @Override
  protected void discard() {
    closed = true;
    defaultStream.close();
  }

  /** The simulated rank; null before it has joined, kept when its handle has gone. */
  private @Nullable CommLifecycle joined() {
    CommLifecycle known = life;
    if (known == null && handle().value() != 0) {
      CommLifecycle found = library.life(handle().value());
      Endpoint own = found == null ? null : found.endpoint();
      if (own != null) {
        known = found;
        life = found;
        pin(own);
      }
    }
    return known;
  }

  /**
   * {@return how NCCL would carry out a collective that is alone in its group}
   *
   * @param operation the operation
   * @param type the element type
   * @param reduction how elements are combined
   * @param count number of elements
   * @param registered whether both buffers are registered
   * @throws IllegalArgumentException if NCCL makes messages of the operation
   * @throws org.jccl.CollectiveException if pins and variables leave no algorithm
   */
  public CallPlan plan(
      Operation operation, DataType type, ReduceOp reduction, long count, boolean registered) {
    return planned(
        operation,
        count,
        known -> known.plan(operation, type, reduction.code(), count, registered));
  }

  /**
   * {@return how NCCL would carry it out by a symmetric kernel; empty if it would not}
   *
   * @param operation the operation
   * @param type the element type
   * @param reduction how elements are combined
   * @param count number of elements
   * @throws IllegalArgumentException if NCCL makes messages of the operation
   */
  public Optional<SymmetricCallPlan> planSymmetric(
      Operation operation, DataType type, ReduceOp reduction, long count) {
    return planned(
        operation, count, known -> known.planSymmetric(operation, type, reduction.code(), count));
  }

  private <T> T planned(Operation operation, long count, Function<Planner, T> plan) {
    if (operation.isMadeOfMessages() || count < 1) {
      throw new IllegalArgumentException(
          operation.label() + " x" + count + ": messages and empty calls have no algorithm");
    }
    Planner planning = life().operations().shared().planning();
    HostTask task = kernel.enter();
    try {
      return plan.apply(planning);
    } finally {
      kernel.exit(task);
    }
  }

  private void pin(Endpoint known) {
    HostTask task = kernel.enter();
    try {
      known
          .shared()
          .planning()
          .pin(known.member().rank(), config().algorithm(), config().protocol());
    } finally {
      kernel.exit(task);
    }
  }

  /** The simulated rank's life: at hand, so that no call has to look its handle up. */
  private CommLifecycle life() {
    CommLifecycle own = joined();
    if (own == null) {
      throw new IllegalStateException(name() + " has no handle yet");
    }
    return own;
  }

  // ---- calls

  @Override
  protected int call(String what, IntSupplier body) {
    return body.getAsInt();
  }

  @Override
  protected int callWithin(String what, Duration timeout, IntSupplier body) {
    return CurrentDevice.during(device, body);
  }

  /** The lock of the handle is for what does not wait; here every call may wait for its turn. */
  @Override
  protected int quick(LongUnaryOperator call) {
    long comm = handle().value();
    return comm == 0 ? 0 : Math.toIntExact(call.applyAsLong(comm));
  }

  @Override
  public State state() {
    State now = super.state();
    if (now == State.OPENING || now == State.BUSY) {
      pause(); // a loop that polls comes to an end
      now = super.state();
    }
    return now;
  }

  /** A loop that polls lets the other ranks run, and so comes to an end. */
  @Override
  protected void pause() {
    HostTask task = kernel.enter();
    try {
      kernel.letOthersRun(task);
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  protected void requireUsable() {
    CommLifecycle own = joined();
    RuntimeException refusal = own == null ? null : own.refusal();
    if (refusal != null && handle().value() != 0) {
      throw refusal;
    }
    super.requireUsable();
  }

  @Override
  protected void raced(Thread other) {
    CommLifecycle own = joined();
    if (own != null) {
      HostTask task = kernel.enter();
      try {
        own.requireAlone(task, other);
      } finally {
        kernel.exit(task);
      }
    }
    super.raced(other);
  }

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
    SimStream own = device.own(stream);
    CallArguments call =
        operations.arguments().set(operation, send, recv, count, type, reduction, rootOrPeer);
    int code = operations.issue(life(), call, own);
    return code == 0 ? 0 : settled(code, operation.label());
  }

  /**
   * Issues a recorded group as one group of C calls.
   *
   * @param calls the recorded calls
   */
  public static void issue(GroupRecording calls) {
    issue(calls, MemorySegment.NULL);
  }

  /**
   * The same; {@code info} receives an estimate instead, unless it is null.
   *
   * @param calls the recorded calls
   * @param info receives an estimate, or null
   */
  public static void issue(GroupRecording calls, MemorySegment info) {
    SimCommunicator first = (SimCommunicator) calls.communicator(0);
    for (int i = 0; i < calls.size(); i++) {
      ((SimCommunicator) calls.communicator(i)).requireGroupable(first, calls.stream(i));
    }
    int failed = -1;
    int code = 0;
    int end = 0;
    first.abi().groupStart();
    boolean whole = false;
    try {
      for (int i = 0; i < calls.size() && failed < 0; i++) {
        code = ((SimCommunicator) calls.communicator(i)).issue(calls, i);
        failed = code == 0 || code == ResultCode.IN_PROGRESS.code() ? -1 : i;
      }
      whole = true;
    } finally {
      end = end(first, info, whole);
    }
    if (failed >= 0) {
      SimCommunicator culprit = (SimCommunicator) calls.communicator(failed);
      culprit.settled(code, calls.operation(failed).label() + " in a group");
    }
    for (int i = 0; end != 0 && i < calls.size(); i++) {
      ((SimCommunicator) calls.communicator(i)).settled(end, "group of " + calls.size() + " calls");
    }
  }

  /** A group that a report of misuse has broken off is ended too; the report goes on. */
  private static int end(SimCommunicator first, MemorySegment info, boolean whole) {
    if (whole) {
      return info.address() == 0 ? first.abi().groupEnd() : first.abi().groupSimulateEnd(info);
    }
    return first.abi().groupEnd();
  }

  private void requireGroupable(SimCommunicator first, Stream stream) {
    requireUsable();
    device.own(stream);
    if (isNonblocking() != first.isNonblocking()) {
      throw new IllegalArgumentException(
          "blocking and nonblocking communicators cannot share a group (GRP-23): "
              + first.name()
              + " and "
              + name());
    }
  }

  private int issue(GroupRecording calls, int i) {
    CallArguments call =
        operations
            .arguments()
            .set(
                calls.operation(i),
                calls.send(i),
                calls.recv(i),
                calls.count(i),
                calls.type(i),
                calls.reduction(i),
                calls.rootOrPeer(i));
    return operations.issue(life(), call, device.own(calls.stream(i)));
  }

  // ---- sums

  @Override
  public PreMulSum preMulSum(DataType type, double scalar) {
    requireUsable();
    CustomReductions own = life().operations().scales();
    int code = own.create(type, type.encode(scalar));
    return new PreMulSum(
        this, type, code, made -> GroupRecording.whenIssued(() -> own.destroy(made)));
  }

  @Override
  public PreMulSum preMulSum(DeviceBuffer scalar) {
    requireUsable();
    if (scalar.count() != 1 || !Objects.equals(scalar.device(), device)) {
      throw new IllegalArgumentException(
          name() + ", rank " + rank() + ": a scalar is one element on its device, got " + scalar);
    }
    CustomReductions own = life().operations().scales();
    int code =
        own.create(
            scalar.type(),
            device.memory().range(scalar.address(), scalar.bytes(), "scalar of a PreMulSum"));
    return new PreMulSum(
        this, scalar.type(), code, made -> GroupRecording.whenIssued(() -> own.destroy(made)));
  }

  // ---- life

  @Override
  public SimStream defaultStream() {
    return defaultStream;
  }

  @Override
  public String name() {
    CommLifecycle own = joined();
    Endpoint parts = own == null ? null : own.endpoint();
    return parts == null ? givenName : parts.member().comm().name();
  }

  @Override
  public ResultCode asyncError() {
    pause(); // a loop that polls comes to an end
    return super.asyncError();
  }

  @Override
  public void abort() {
    long comm = handle().take(State.ABORTED);
    if (comm != 0) {
      life = library.life(comm);
      abi().commAbort(comm);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    joined();
    try {
      closeRegistrations();
      end();
    } finally {
      library.closed(this);
      releaseTokens();
      defaultStream.close();
    }
  }

  private void end() {
    boolean sound = false;
    try {
      sound = endsWell();
    } finally {
      long comm = handle().take(State.CLOSED);
      if (comm != 0) {
        // Destroying what is busy or has failed would leave the group depth wrong (LIF-11).
        int code = sound ? abi().commDestroy(comm) : abi().commAbort(comm);
        if (code != 0) {
          abi().commAbort(comm);
        }
      }
    }
  }

  /** Waits for what was issued: destroy alone does not (LIF-07). Whether it may be destroyed. */
  private boolean endsWell() {
    State last = settledState();
    if (last == State.READY) {
      int code = abi().commFinalize(handle().value());
      if (code == ResultCode.IN_PROGRESS.code()) {
        handle().busy();
        last = settledState();
      }
    }
    return last != State.FAILED && last != State.BUSY && last != State.OPENING;
  }

  /** Waits for a nonblocking call: what is busy cannot be destroyed (LIF-11). */
  private State settledState() {
    try {
      awaitReady(config().closeTimeout());
    } catch (RuntimeException notReady) {
      return state();
    }
    return state();
  }
}
