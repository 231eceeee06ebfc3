package org.jccl.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.jccl.CallConfig;
import org.jccl.CallMemory;
import org.jccl.CleanText;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.ProcessGroup;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.WorkFailedException;
import org.jccl.config.ConfigField;
import org.jccl.config.TimeLimit;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * A communicator over a library's C functions: its calls, its life, its children, its registered
 * memory. The same for real NCCL and for the simulator, which differ in how a call is made ({@link
 * CallPath}).
 */
public abstract class LibraryCommunicator extends DelegatingCommunicator {
  private final Library library;
  private final NcclAbi abi;
  private final int version;
  private final String name;
  private final NativeHandle handle;
  private final CallPath path;
  private final Stream defaultStream;
  private final boolean nonblocking;
  private final boolean exchangesMessages;

  private final UsedStreams streams = new UsedStreams();
  private @Nullable Stream lastStream;

  /** How long the report of an abort waits for what the library says of the job. */
  private static final Duration QUOTE_OF_A_DEATH = Duration.ofMillis(150);

  private static final Duration QUOTE_OF_A_DELAY = Duration.ofSeconds(1);

  /** Who tells of it if nobody closes it. */
  private final LeakWatch leak;

  private final Watched watched = new Watched();
  private final JobMember job;
  private final AbortReason reason;
  private final BoundedCalls calls;
  private final StateGuard guard;
  private final Lifecycle lifecycle;
  private final Children children;
  private final LibraryMemory memory;
  private final CallForecasts forecasts;
  private final OwnKernels kernels;
  private final TunedConfig tuned;

  /** Whether a call may miss the windows that were chosen. */
  private boolean watchesMemory;

  private final Sums sums;
  private final PreparedSequences prepared;
  private final CoalescedCalls coalesced;

  /** Only kept: the library may still write to it while this communicator opens. */
  @SuppressWarnings("UnusedVariable")
  private @Nullable Object creation;

  /**
   * An endpoint that is about to be opened, with a stream of its own; rank and size are -1 if only
   * the library knows.
   *
   * @param library what the calls go to
   * @param name a name
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device the device
   * @param config how the communicator is opened
   */
  @SuppressWarnings("this-escape") // The helpers only keep the reference.
  protected LibraryCommunicator(
      Library library,
      String name,
      int rank,
      int worldSize,
      Device device,
      CommunicatorConfig config) {
    super(rank, worldSize, device, config, library);
    this.library = library;
    this.abi = library.abi(config);
    this.version = library.version(config);
    this.name = CleanText.line(name); // It stands in messages.
    this.handle = new NativeHandle(library.question(config));
    this.nonblocking = config.field(ConfigField.BLOCKING).orElse(1) == 0;
    this.exchangesMessages = !NcclFunction.ALL_TO_ALL.isIn(version);
    this.defaultStream = device.newStream();
    this.path = library.newPath(device, name + "-" + rank);
    this.job = new JobMember(this, handle);
    this.reason = new AbortReason(this, job, library::stateOfJob);
    this.calls =
        new BoundedCalls(
            this, library::ask, library.needsWatchdog(), path, handle, job, this::endBecause);
    this.guard = new StateGuard(this, handle, path, version, nonblocking, reason);
    this.lifecycle = new Lifecycle(this, abi);
    this.children = new Children(this);
    this.memory = new LibraryMemory(this, library.sharesAllocations());
    this.kernels = new OwnKernels(this, nonblocking, this::issue, this::endBecause);
    this.forecasts = new CallForecasts(this, version, memory, kernels::why);
    this.watchesMemory = config.tuning().isOn();
    this.tuned = new TunedConfig(this, version);
    this.sums = new Sums(this);
    this.prepared = new PreparedSequences(this, guard, path, this::note, this::settle);
    this.coalesced = new CoalescedCalls(this, this::settle);
    String shown = "communicator " + this.name + ", rank " + rank + "/" + worldSize;
    this.leak =
        library.needsWatchdog() ? LeakWatch.of(this, library, () -> shown) : LeakWatch.nothing();
  }

  // ---- calls

  @Override
  protected final int enqueue(CallArguments call, Stream stream) {
    note(stream);
    boolean fitsKernel = runsInKernel(call);
    look(call, fitsKernel);
    int code = fitsKernel ? kernels.launch(call, stream) : KernelRank.NOT_HERE;
    if (code == KernelRank.NOT_HERE) {
      order(stream);
      code =
          isDirect()
              ? issue(call, stream)
              : calls.within(
                  call.operation().label(),
                  () -> call.function().symbol(),
                  () -> issue(call, stream));
    }
    return code == 0 ? 0 : guard.settled(code, call.operation().label());
  }

  /** The library's next call goes to {@code stream}: behind what own kernels do on others. */
  final void order(Stream stream) {
    KernelRank own = kernels.here();
    if (own != null) {
      own.order(stream);
    }
  }

  @Override
  final boolean runsInKernel(CallArguments call) {
    return kernels.here() != null && kernels.fit(call);
  }

  @Override
  final void limitCalls(@Nullable TimeLimit limit) {
    calls.limit(limit);
  }

  @Override
  final void awaitWork(Stream stream, @Nullable TimeLimit limit) {
    if (nonblocking) {
      guard.awaitReady(
          Optional.ofNullable(limit).or(config()::operationLimit).orElse(config().initLimit()));
    }
    calls.awaitWork(stream, limit);
  }

  @Override
  public final long nativeHandle() {
    guard.requireLegal(Act.QUESTION, "nativeHandle");
    return handle.value();
  }

  @Override
  final boolean wantsToMeet(MeetingPlace where) {
    return library.needsWatchdog()
        && where.spansProcesses()
        && (config().watchdog() || !where.isPart());
  }

  @Override
  final void met(MeetingPlace where, ProcessGroup group) {
    if (library.needsWatchdog()) {
      job.progress().meets(group);
      job.progress().join(where.name());
      if (where.isPart() && config().watchdog() && group.spansProcesses()) {
        Watchdog.watch(watched, group); // who dies elsewhere is no reason to end it
      }
    }
  }

  /** Its ranks are those of that group; before it is created. */
  final void comesFrom(@Nullable ProcessGroup group) {
    if (library.needsWatchdog()) {
      job.progress().meets(group);
    }
  }

  private CommunicatorAbortedException endBecause(String why) {
    reason.because(why, QUOTE_OF_A_DELAY);
    lifecycle.abortAside();
    return guard.aborted(null);
  }

  /** Whether the calling thread may make the call of an operation itself. */
  final boolean isDirect() {
    return calls.limit() == null && path.isDirect();
  }

  /**
   * Makes the call of the C function alone; also inside a native group.
   *
   * @param call the operation and its arguments
   * @param stream the stream on which the work is enqueued
   * @return NCCL's result code
   */
  protected int issue(CallArguments call, Stream stream) {
    Operation operation = call.operation();
    long comm = handle.value();
    CallSetting setting = call.setting();
    if (setting != null) {
      return abi.issueConfigured(
          operation,
          path.standsIn(operation) && call.send() == 0 ? call.recv() : call.send(),
          call.recv(),
          call.count(),
          call.type(),
          call.reduction(),
          call.rootOrPeer(),
          comm,
          stream.handle(),
          setting.struct());
    }
    return exchangesMessages && operation.isMadeOfMessages() && !operation.hasPeer()
        ? MessageExchange.issue(abi, call, rank(), worldSize(), comm, stream.handle())
        : abi.issue(
            operation,
            path.standsIn(operation) && call.send() == 0 ? call.recv() : call.send(),
            call.recv(),
            call.count(),
            call.type(),
            call.reduction(),
            call.rootOrPeer(),
            comm,
            stream.handle());
  }

  @Override
  final CallSetting settingOf(CallConfig config) {
    NcclFunction first = NcclFunction.ALL_REDUCE_CONFIG;
    if (!first.isIn(version)) {
      throw first.missingIn(version);
    }
    return CallConfigStruct.write(config, version);
  }

  /**
   * Work is about to be enqueued on {@code stream}: it is waited for at the end (LIF-07).
   *
   * @param stream the stream on which the work is enqueued
   */
  protected void note(Stream stream) {
    if (stream != lastStream) {
      streams.add(stream);
      lastStream = stream;
    }
  }

  /**
   * A call is about to be issued: a tuned communicator warns once if it misses its windows, which
   * own kernels do not need.
   */
  final void look(CallArguments call, boolean fitsKernel) {
    if (watchesMemory && !fitsKernel) {
      watchesMemory = forecasts.watch(call);
    }
  }

  @Override
  final CallMemory memoryOf(CallArguments call) {
    return forecasts.memoryOf(call);
  }

  /**
   * Makes a call that does not wait, if the handle is still there; 0 otherwise.
   *
   * @param what names the call in messages
   * @param limit at most how long to wait for a library that is broken
   * @param call the call
   * @return the call's result, or 0
   */
  protected int quick(String what, TimeLimit limit, LongUnaryOperator call) {
    return handle.ifAlive(
        comm -> calls.asked(what, limit, () -> Math.toIntExact(call.applyAsLong(comm))));
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

  /** {@return how it makes its calls} */
  protected final CallPath path() {
    return path;
  }

  /** Its calls that have a limit. */
  final BoundedCalls calls() {
    return calls;
  }

  /** This rank among the others. */
  final JobMember job() {
    return job;
  }

  /** Its way to own kernels. */
  final OwnKernels kernels() {
    return kernels;
  }

  @Override
  final TunedConfig tuned() {
    return tuned;
  }

  /** The streams on which it has work. */
  final UsedStreams streams() {
    return streams;
  }

  /** A communicator on the same device whose handle is still to come. */
  final LibraryCommunicator newChild(
      String childName, int rank, int worldSize, CommunicatorConfig config) {
    return library.newRank(childName, rank, worldSize, device(), config);
  }

  /** Creation has returned: it is open, or opening if it is nonblocking (INIT-17). */
  final void arrived(long value, Object writtenTo) {
    if (nonblocking) {
      keep(writtenTo);
      handle.opening(value);
      handle.poll();
    } else {
      handle.opened(value);
    }
    born();
  }

  /** Keeps what the library may still write to while it opens. */
  final void keep(Object writtenTo) {
    creation = writtenTo;
  }

  /** The handle is there, or will come. */
  final void born() {
    library.opened(this);
    if (knowsItsPlace()) {
      kernels.open();
      hear();
    }
    if (library.needsWatchdog() && config().operationLimit().isPresent()) {
      Watchdog.watch(watched, null);
    }
  }

  /** It is about to be created, under a name that all its ranks know it by, and no other has. */
  final void joinKernels(String key, long order, int place) {
    if (library.needsWatchdog()) {
      job.progress().join(key);
    }
    if (!key.isEmpty()) {
      kernels.join(library.kernelMeetings(), key, order, place);
    }
  }

  /** What is made of it goes with it; graphs first (LIF-06). */
  final void closeWhatIsMade() {
    prepared.close();
    sums.close();
    memory.close();
  }

  /** It is being aborted: its graphs end, which the library waits for (LIF-06). */
  final void abandonPrepared() {
    prepared.abandon();
  }

  /** Frees what is ours; the library's communicator has ended, or was never there. */
  final void release() {
    leak.closed();
    CallHook heard = hook();
    if (heard != null) {
      heard.ending();
    }
    try {
      kernels.close();
      releaseTokens();
      coalesced.release();
      defaultStream.close();
    } catch (ReportedMisuse | WorkFailedException found) {
      throw found;
    } catch (RuntimeException failed) {
      ClosingLog.failed(this + ": freeing its stream failed", failed);
    } finally {
      path.end();
      library.closed(this);
      job.progress().close();
      if (heard != null) {
        heard.closed();
      }
      leavePlace();
      creation = null;
    }
  }

  @Override
  final StateGuard guard() {
    return guard;
  }

  @Override
  protected void requireUsable() {
    if (handle.state() != State.READY) {
      guard.requireLegal(Act.OPERATION);
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
    return library.lastWords(abi);
  }

  @Override
  protected String words() {
    return handle.broken().isEmpty() ? lastError() : handle.broken();
  }

  @Override
  protected final void failed(String message) {
    library.failed(message);
  }

  @Override
  public final void awaitReady(Duration timeout) {
    guard.awaitReady(TimeLimit.of(timeout, "awaitReady"));
    learnPlace();
  }

  /** The handle of a nonblocking child has come: rank and size are known now. */
  private void learnPlace() {
    if (!knowsItsPlace()) {
      children.place(this);
      kernels.open();
    }
  }

  @Override
  protected final void learn() {
    if (handle.poll() != State.OPENING) {
      learnPlace();
    }
  }

  @Override
  public void watch(ProcessGroup group) {
    if (library.needsWatchdog()) {
      Watchdog.watch(watched, group);
    }
  }

  /** Why it was aborted, if the program has not done it. */
  final AbortReason reason() {
    return reason;
  }

  /** What a watchdog sees and does. */
  private final class Watched implements Watchdog.Watched {
    @Override
    public State lastState() {
      return handle.state();
    }

    @Override
    public Optional<String> failure() {
      if (handle.poll() != State.FAILED) {
        return Optional.empty();
      }
      return Optional.of(
          handle.broken().isEmpty()
              ? "NCCL reports " + asyncError() + " (" + lastError() + ")"
              : handle.broken());
    }

    @Override
    public Optional<TimeLimit> operationLimit() {
      return config().operationLimit();
    }

    @Override
    public List<Stream> usedStreams() {
      return streams.snapshot();
    }

    @Override
    public long callsMade() {
      return LibraryCommunicator.this.callsMade();
    }

    @Override
    public boolean isInCall() {
      return LibraryCommunicator.this.isInCall();
    }

    @Override
    public boolean isIssuing() {
      return collectivesUnderWay() > 0;
    }

    @Override
    public String inside() {
      return job.inside();
    }

    @Override
    public Optional<String> closedEarly() {
      boolean costsMessages = job.progress().reachesOthers();
      long made = collectivesMade();
      long underWay = collectivesUnderWay(); // the library may wait in it: NCCL connects there
      long issued = made == RankProgress.UNKNOWN ? made : made + underWay;
      if (issued == RankProgress.UNKNOWN
          || !config().watchdog()
          || !knowsItsPlace()
          || (costsMessages && !isWaiting(underWay))) {
        return Optional.empty();
      }
      return job.progress()
          .closedBefore(rank(), issued, worldSize(), System.nanoTime())
          .filter(each -> costsMessages || isWaiting(underWay))
          .map(
              each ->
                  "rank "
                      + each.rank()
                      + (each.stage() == RankProgress.Stage.CLOSED
                          ? " has closed it after "
                          : " has ended after ")
                      + CleanText.count(each.collectives(), "collective")
                      + "; this rank has issued "
                      + issued
                      + " and waits: its last call is "
                      + (underWay > 0 ? callUnderWay() : lastCall()));
    }

    private boolean isWaiting(long underWay) {
      return underWay > 0 || streams.isAnyBusy();
    }

    @Override
    public void isNearItsLimit(Duration left) {
      job.progress().ask(left);
    }

    @Override
    public void end(String why, boolean isLate) {
      reason.because(why, isLate ? QUOTE_OF_A_DELAY : QUOTE_OF_A_DEATH);
      library.failed(who() + ": " + why + reason.stateOfJob());
      abort();
    }

    @Override
    public String toString() {
      return LibraryCommunicator.this.toString();
    }
  }

  // ---- what is made of it

  /**
   * Joins, as this new rank, the communicator that grows by {@code id}; then it is open.
   *
   * @param id the unique id
   */
  public final void joinGrowing(UniqueId id) {
    children.join(this, id);
  }

  private void settle() {
    if (nonblocking) {
      awaitReady(config().initTimeout());
    }
  }

  /**
   * {@return whether a window is of {@link #allocate}, and so no window that the program closes}
   *
   * @param handle the library's handle of the window
   */
  protected final boolean isOwnWindow(long handle) {
    return memory.isOwnWindow(handle);
  }

  @Override
  final Lifecycle lifecycle() {
    return lifecycle;
  }

  @Override
  final Children children() {
    return children;
  }

  @Override
  final LibraryMemory memory() {
    return memory;
  }

  @Override
  final Sums sums() {
    return sums;
  }

  @Override
  final PreparedSequences prepared() {
    return prepared;
  }

  @Override
  final CoalescedCalls coalesced() {
    return coalesced;
  }

  @Override
  final CallForecasts forecasts() {
    return forecasts;
  }
}
