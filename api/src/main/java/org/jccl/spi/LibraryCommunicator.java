package org.jccl.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.jccl.CallConfig;
import org.jccl.CallForecast;
import org.jccl.CallMemory;
import org.jccl.CleanText;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MemoryStatistics;
import org.jccl.PreMulSum;
import org.jccl.ProcessGroup;
import org.jccl.Registration;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ShrinkMode;
import org.jccl.SignalWait;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.WorkFailedException;
import org.jccl.config.ConfigField;
import org.jccl.config.TimeLimit;
import org.jccl.config.TuningChoice;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.KernelCalls;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * A communicator over a library's C functions: its calls, its life, its children, its registered
 * memory. The same for real NCCL and for the simulator, which differ in how a call is made ({@link
 * CallPath}).
 */
public abstract class LibraryCommunicator extends CommunicatorBase {
  private final Library library;
  private final NcclAbi abi;
  private final int version;
  private final String name;
  private final NativeHandle handle;
  private final CallPath path;
  private final Stream defaultStream;
  private final boolean nonblocking;
  private final boolean exchangesMessages;

  /** Names the function that the library is in, or was in last. */
  private volatile Supplier<String> insideOf = () -> "";

  /** At most how long the call of an operation may take; null where nobody has said. */
  private @Nullable TimeLimit callLimit;

  private final UsedStreams streams = new UsedStreams();
  private @Nullable Stream lastStream;
  private @Nullable TuningChoice choice;

  /** How long the report of an abort waits for what the library says of the job. */
  private static final Duration QUOTE_OF_A_DEATH = Duration.ofMillis(150);

  /** How long before a creation's limit the other ranks are asked, and how long they have. */
  private static final Duration ASKED_BEFORE = Duration.ofMillis(1_500);

  private static final Duration QUOTE_OF_A_DELAY = Duration.ofSeconds(1);

  /** Who tells of it if nobody closes it. */
  private final LeakWatch leak;

  private final Watched watched = new Watched();
  private volatile String creating = "";

  private volatile String abortReason = "";
  private volatile String stateOfJob = "";
  private final StateGuard guard;
  private final Lifecycle lifecycle;
  private final Children children;
  private final LibraryMemory memory;
  private final CallForecasts forecasts;
  private final OwnKernels kernels;

  /** Kept here: who asks how far this rank is knows it weakly. */
  private final JobProgress job = new JobProgress(this::ownProgress);

  /** What issues calls by own kernels; null without them. */
  private @Nullable KernelRank kernelRank;

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
    this.callLimit = library.needsWatchdog() ? config.operationLimit().orElse(null) : null;
    this.guard = new StateGuard(this, handle);
    this.lifecycle = new Lifecycle(this, abi);
    this.children = new Children(this);
    this.memory = new LibraryMemory(this, library.sharesAllocations());
    this.kernels = new OwnKernels(this, nonblocking, this::issue, this::missing);
    this.forecasts = new CallForecasts(this, version, memory, kernels::why);
    this.watchesMemory = config.tuning().isOn();
    this.sums = new Sums(this);
    this.prepared = new PreparedSequences(this, new PreparedPlace());
    this.coalesced = new CoalescedCalls(this, this::settle);
    this.defaultStream = device.newStream();
    this.path = library.newPath(device, name + "-" + rank);
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
    int code = fitsKernel ? launchKernel(call, stream) : KernelRank.NOT_HERE;
    if (code == KernelRank.NOT_HERE) {
      order(stream);
      code =
          callLimit == null && path.isDirect()
              ? issue(call, stream)
              : within(
                  call.operation().label(),
                  () -> call.function().symbol(),
                  () -> issue(call, stream));
    }
    return code == 0 ? 0 : guard.settled(code, call.operation().label());
  }

  /** The library's next call goes to {@code stream}: behind what own kernels do on others. */
  final void order(Stream stream) {
    KernelRank own = kernelRank;
    if (own != null) {
      own.order(stream);
    }
  }

  /** Issues a call that {@link #runsInKernel}; says what {@link KernelRank#launch} does. */
  final int launchKernel(CallArguments call, Stream stream) {
    KernelRank own = kernelRank;
    return own == null ? KernelRank.NOT_HERE : own.launch(call, stream);
  }

  @Override
  final boolean runsInKernel(CallArguments call) {
    return kernelRank != null
        && call.setting() == null // a configuration is for NCCL
        && KernelCalls.fit(
            call.operation(), call.type(), call.reduction(), call.count(), worldSize());
  }

  /**
   * Makes the call of an operation by another thread, in the time that operations have. If the
   * library does not come back, the communicator is aborted: the call may wait for a peer.
   */
  final int within(String what, Supplier<String> inside, IntSupplier body) {
    TimeLimit limit = callLimit;
    if (limit == null) {
      return path.call(what, body);
    }
    insideOf = inside;
    try {
      return path.bounded(what, limit, body);
    } catch (CollectiveTimeoutException late) {
      CommunicatorAbortedException why =
          endBecause(
              "a call of the library has not come back for "
                  + limit
                  + (limit == config().operationLimit().orElse(null) ? " (operationTimeout)" : "")
                  + ": "
                  + inside.get());
      why.addSuppressed(late);
      throw why;
    }
  }

  /** Where calls of the library can hang: for others a limit is only one more. */
  @Override
  final void limitCalls(@Nullable TimeLimit limit) {
    if (library.needsWatchdog()) {
      callLimit = limit == null ? config().operationLimit().orElse(null) : limit;
    }
  }

  @Override
  final void awaitWork(Stream stream, @Nullable TimeLimit limit) {
    TimeLimit own = config().operationLimit().orElse(null);
    TimeLimit most = limit == null ? own : limit;
    if (nonblocking) {
      guard.awaitReady(most == null ? config().initLimit() : most);
    }
    try {
      super.awaitWork(stream, most);
    } catch (CollectiveTimeoutException late) {
      if (limit != null || most == null) {
        throw ofCaller(late, most); // its own limit: the work may go on
      }
      CommunicatorAbortedException why =
          endBecause("work on " + stream + " has not ended in " + most + " (operationTimeout)");
      why.addSuppressed(late);
      throw why;
    }
  }

  /** With how far the other ranks are; that may take a quarter of the limit more, or a second. */
  private CollectiveTimeoutException ofCaller(
      CollectiveTimeoutException late, @Nullable TimeLimit limit) {
    if (limit == null || !library.needsWatchdog()) {
      return late;
    }
    long nanos =
        Math.clamp(limit.nanos() / 4, QUOTE_OF_A_DEATH.toNanos(), QUOTE_OF_A_DELAY.toNanos());
    String others = wordsOfOthers("", Duration.ofNanos(nanos));
    return others.isEmpty()
        ? late
        : new CollectiveTimeoutException(late.getMessage() + others, late);
  }

  @Override
  public final long nativeHandle() {
    guard.requireLegal(Act.QUESTION, "nativeHandle");
    return handle.value();
  }

  /** The first reason stays. */
  private void because(String why, Duration quote) {
    if (abortReason.isEmpty()) {
      job.ask(quote);
      String said = library.stateOfJob(quote);
      String others = wordsOfOthers(why, quote);
      synchronized (this) {
        if (abortReason.isEmpty()) {
          stateOfJob = said;
          abortReason = why + "; on this rank " + progress() + others;
        }
      }
    }
  }

  /** How far the other ranks are, where they can be asked; begins with a semicolon, or is empty. */
  final String wordsOfOthers(String why, Duration within) {
    String words = knowsItsPlace() ? job.words(worldSize(), why, within) : "";
    return words.isEmpty() ? "" : "; " + words;
  }

  /** How far this rank is; a look from any thread, which never waits. */
  private RankProgress ownProgress() {
    RankProgress.Stage stage =
        switch (handle.state()) {
          case OPENING -> RankProgress.Stage.OPENING;
          case CLOSED -> RankProgress.Stage.CLOSED;
          case ABORTED, FAILED -> RankProgress.Stage.ENDED;
          default -> RankProgress.Stage.OPEN;
        };
    boolean isInside = isInCall() || stage == RankProgress.Stage.OPENING;
    return new RankProgress(
        knowsItsPlace() ? rank() : -1,
        stage,
        callsMade(),
        collectivesMade(),
        lastCall(),
        isInside ? insideOf.get() : creating);
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
      job.meets(group);
      job.join(where.name());
      if (where.isPart() && config().watchdog() && group.spansProcesses()) {
        Watchdog.watch(watched, group); // who dies elsewhere is no reason to end it
      }
    }
  }

  /** Its ranks are those of that group; before it is created. */
  final void comesFrom(@Nullable ProcessGroup group) {
    if (library.needsWatchdog()) {
      job.meets(group);
    }
  }

  /** Which member of its group has died, in words, if one has. */
  final Optional<String> lostMember() {
    ProcessGroup members = job.group();
    return members == null || !members.spansProcesses() || !config().watchdog()
        ? Optional.empty()
        : members.lostMember();
  }

  /**
   * The same to be asked again and again while a creation is waited for: near its limit the other
   * ranks are asked how far they are.
   *
   * @param limit of the creation, from now on
   */
  final Supplier<Optional<String>> lostWhile(TimeLimit limit) {
    long near = limit.deadline() - Math.min(limit.nanos() / 4, ASKED_BEFORE.toNanos());
    return () -> {
      if (System.nanoTime() - near > 0) {
        job.ask(ASKED_BEFORE);
      }
      return lostMember();
    };
  }

  /** Names the function that the library is in from now on, while it creates this communicator. */
  final void isIn(Supplier<String> function) {
    insideOf = function;
  }

  /** Names the function by which a child is being created; empty: none is. */
  final void creates(String function) {
    creating = function;
  }

  /** A kernel has waited for a rank in vain: what the program gets. */
  final RuntimeException missing(int rank, TimeLimit limit) {
    return endBecause(
        "rank "
            + rank
            + " has not come in "
            + limit
            + " to a call that own kernels carry out (KRN-06)");
  }

  /** What the library said of the job when it was aborted: lines that follow the message. */
  final String stateOfJob() {
    return stateOfJob;
  }

  private CommunicatorAbortedException endBecause(String why) {
    because(why, QUOTE_OF_A_DELAY);
    lifecycle.abortAside();
    return guard.aborted(null);
  }

  /** Whether the calling thread may make the call of an operation itself. */
  final boolean isDirect() {
    return callLimit == null && path.isDirect();
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

  /** Makes a call that may wait for other ranks, and that sets up or ends something. */
  final int bounded(String what, TimeLimit limit, IntSupplier body) {
    try {
      return path.bounded(what, limit, body);
    } catch (CollectiveTimeoutException late) {
      throw broken(late);
    }
  }

  /** The library has not come back from a call: nothing but an abort is asked of it any more. */
  private CollectiveTimeoutException broken(CollectiveTimeoutException late) {
    handle.broken(late.getMessage());
    return new CollectiveTimeoutException(
        who() + ": " + late.getMessage() + ". Abort the communicator", late);
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
        comm -> asked(what, limit, () -> Math.toIntExact(call.applyAsLong(comm))));
  }

  /** Makes a call that waits for no other rank, and that any thread may make. */
  final int asked(String what, TimeLimit limit, IntSupplier body) {
    try {
      return library.ask(device(), what, limit, body);
    } catch (CollectiveTimeoutException late) {
      throw broken(late);
    }
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
      kernelRank = kernels.open();
      hear();
    }
    if (library.needsWatchdog() && config().operationLimit().isPresent()) {
      Watchdog.watch(watched, null);
    }
  }

  /** It is about to be created, under a name that all its ranks know it by, and no other has. */
  final void joinKernels(String key, long order, int place) {
    if (library.needsWatchdog()) {
      job.join(key);
    }
    if (!key.isEmpty()) {
      kernels.join(library.kernelMeetings(), key, order, place);
    }
  }

  /** Its ranks cannot find each other. */
  final void refuseKernels(String why) {
    kernels.refuse(why);
  }

  /** What a child is named among its ranks; empty if nobody can say. */
  final String kernelKey(String child) {
    return kernels.keyOf(child);
  }

  /** It is being aborted: kernels that wait leave. */
  final void abortKernels() {
    kernels.abort();
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
      kernelRank = null;
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
      job.close();
      if (heard != null) {
        heard.closed();
      }
      leavePlace();
      creation = null;
    }
  }

  /** What its state allows. */
  final StateGuard guard() {
    return guard;
  }

  @Override
  protected void requireUsable() {
    if (handle.state() != State.READY) {
      guard.requireLegal(Act.OPERATION);
    }
  }

  /** For messages; works while it opens. */
  final String who() {
    return knowsItsPlace() ? name() + ", rank " + rank() + "/" + worldSize() : name();
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
      kernelRank = kernels.open();
    }
  }

  @Override
  protected final void learn() {
    if (handle.poll() != State.OPENING) {
      learnPlace();
    }
  }

  @Override
  public final void finalizeCommunicator() {
    lifecycle.finalizeCommunicator();
  }

  @Override
  public final void revoke() {
    lifecycle.revoke();
  }

  @Override
  public final void suspend() {
    lifecycle.suspend();
  }

  @Override
  public final void resume() {
    lifecycle.resume();
  }

  @Override
  public void watch(ProcessGroup group) {
    if (library.needsWatchdog()) {
      Watchdog.watch(watched, group);
    }
  }

  @Override
  public void abort() {
    lifecycle.abort();
  }

  /** Why it was aborted, in words; empty if the program has done it. */
  final String abortReason() {
    return abortReason;
  }

  @Override
  public void close() {
    lifecycle.close();
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
    public String inside() {
      return insideOf.get();
    }

    @Override
    public Optional<String> closedEarly() {
      boolean costsMessages = job.reachesOthers();
      long issued = collectivesMade();
      if (issued == RankProgress.UNKNOWN
          || !config().watchdog()
          || !knowsItsPlace()
          || (costsMessages && !streams.isAnyBusy())) {
        return Optional.empty();
      }
      return job.closedBefore(rank(), issued, worldSize())
          .filter(each -> costsMessages || streams.isAnyBusy())
          .map(
              each ->
                  "rank "
                      + each.rank()
                      + " has closed it after "
                      + CleanText.count(each.collectives(), "collective")
                      + "; this rank has issued "
                      + issued
                      + " and waits: its last call is "
                      + lastCall());
    }

    @Override
    public void isNearItsLimit(Duration left) {
      job.ask(left);
    }

    @Override
    public void end(String why, boolean isLate) {
      because(why, isLate ? QUOTE_OF_A_DELAY : QUOTE_OF_A_DEATH);
      library.failed(who() + ": " + why + stateOfJob);
      abort();
    }

    @Override
    public String toString() {
      return LibraryCommunicator.this.toString();
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

  // ---- repeated work

  private void settle() {
    if (nonblocking) {
      awaitReady(config().initTimeout());
    }
  }

  @Override
  public final void coalesced(Stream stream, Consumer<Collectives> body) {
    coalesced.issue(stream, body);
  }

  @Override
  public final Graph prepare(Consumer<Collectives> body) {
    return prepared.prepare(body);
  }

  /** What was chosen for a child whose size only the library knows. */
  final void chosen(TuningChoice inherited) {
    choice = inherited;
  }

  /** What {@link PreparedSequences} needs of the library. */
  private final class PreparedPlace implements PreparedSequences.Place {
    @Override
    public void requireLegal(String what) {
      guard.requireLegal(Act.OPERATION, what);
    }

    @Override
    public void note(Stream stream) {
      LibraryCommunicator.this.note(stream);
    }

    @Override
    public void settle() {
      LibraryCommunicator.this.settle();
    }

    @Override
    public CallPath pathAside() {
      return path.beside("jccl-graphs-" + name);
    }

    @Override
    public String who() {
      return LibraryCommunicator.this.who();
    }
  }

  // ---- tuning

  @Override
  public final TuningChoice tuning() {
    TuningChoice known = choice;
    if (known == null) {
      known =
          knowsItsPlace()
              ? config().tuning().choose(device().name(), worldSize(), version)
              : TuningChoice.none("it is still opening");
      choice = knowsItsPlace() ? known : null;
    }
    return known;
  }

  /** The configuration as it goes to the library: what is chosen, where the user says nothing. */
  final CommunicatorConfig tuned(CommunicatorConfig given) {
    int ctas = given.tuning().isOn() ? tuning().ctas() : 0;
    return ctas == 0 || CallForecasts.setsThreadBlocks(given)
        ? given
        : given.toBuilder().set(ConfigField.MIN_CTAS, ctas).set(ConfigField.MAX_CTAS, ctas).build();
  }

  @Override
  public final List<CallForecast> plan(Consumer<Collectives> body) {
    guard.requireLegal(Act.OPERATION, "plan");
    return forecasts.plan(body);
  }

  @Override
  public final DeviceBuffer allocate(DataType type, long count) {
    return memory.allocate(type, count);
  }

  /**
   * {@return whether a window is of {@link #allocate}, and so no window that the program closes}
   *
   * @param handle the library's handle of the window
   */
  protected final boolean isOwnWindow(long handle) {
    return memory.isOwnWindow(handle);
  }

  // ---- memory, reductions

  @Override
  public final PreMulSum preMulSum(DataType type, double scalar) {
    return sums.create(type, scalar);
  }

  @Override
  public final PreMulSum preMulSum(DeviceBuffer scalar) {
    return sums.create(scalar);
  }

  @Override
  public final Registration register(DeviceBuffer buffer) {
    return memory.register(buffer);
  }

  @Override
  public final Window registerWindow(DeviceBuffer buffer, WindowFlag... flags) {
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

  /** The configuration in the library's own words, or null for none. */
  final MemorySegment struct(@Nullable CommunicatorConfig given, Arena arena) {
    return given == null ? MemorySegment.NULL : ConfigStruct.write(tuned(given), version, arena);
  }
}
