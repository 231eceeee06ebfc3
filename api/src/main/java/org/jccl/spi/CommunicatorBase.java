package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jccl.CallConfig;
import org.jccl.CallListener;
import org.jccl.CallMemory;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.ProcessGroup;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.ops.ArgumentRules;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Composite;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What the two implementations' communicators share: the way of a call from the typed method
 * through the argument rules to {@link #enqueue}, groups, the one-thread check, failures in words.
 */
public abstract class CommunicatorBase extends CollectivesBase implements Communicator {
  private int rank;
  private int worldSize;
  private final Device device;
  private final CommunicatorConfig config;
  private final GroupRecording.Issuer issuer;
  private final BarrierTokens tokens;
  private final LongPredicate isSent = this::isSentInGroup;

  /** The thread inside a call, or null; plain on purpose: a cheap check that notices most races. */
  private @Nullable Thread user;

  /** The method of the API whose calls are being made; null for a call as itself. */
  private @Nullable Composite composite;

  /** With which configuration calls are being made; null for the communicator's own. */
  private @Nullable CallSetting setting;

  /** Of the call that is being made. */
  private final CallArguments own = new CallArguments();

  private long calls;

  /** How many of them are messages to or from one peer, which ranks make differently often. */
  private long messages;

  /**
   * How many calls that every rank makes are being issued: the library may wait for peers there.
   */
  private long underWay;

  /** The last of them, or of those before. */
  private @Nullable CallArguments lastUnderWay;

  /** The last call of the last group or sequence, and the number of calls with it. */
  private @Nullable CallArguments lastOfMany;

  private long callsWithMany;

  /** Keeps the calls of the body that prepares them; null while calls are issued. */
  private @Nullable CallRecording recording;

  /** Asked before anything is opened: what is wrong with it is told then. */
  private final boolean isHeard;

  /** Tells listeners of the calls; null if there are none, or the rank is not known yet. */
  private @Nullable CallHook hook;

  /** Where its ranks meet beside the library, for who listens; null if there is no such place. */
  private @Nullable MeetingPlace place;

  /** The place of which it has told those who want to know. */
  private @Nullable MeetingPlace told;

  /**
   * A communicator's endpoint; {@code issuer} issues the groups of its backend.
   *
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device the device
   * @param config how the communicator is opened
   * @param issuer what issues recorded calls
   */
  protected CommunicatorBase(
      int rank,
      int worldSize,
      Device device,
      CommunicatorConfig config,
      GroupRecording.Issuer issuer) {
    this.rank = rank;
    this.worldSize = worldSize;
    this.device = device;
    this.config = config;
    this.issuer = issuer;
    this.isHeard = CallHook.isWanted(config);
    this.tokens = new BarrierTokens(device);
  }

  /**
   * Hands one call to the implementation: as a group of its own, outside any group.
   *
   * @param call the operation and its arguments; valid during the call
   * @param stream the stream on which the work is enqueued
   * @return NCCL's result code; 0 and 7 are good
   */
  protected abstract int enqueue(CallArguments call, Stream stream);

  /** Finds out rank and world size if only the library knows them, and it knows by now. */
  protected void learn() {}

  /**
   * The rank and world size that the library says, where they were not known before.
   *
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   */
  protected final void identify(int rank, int worldSize) {
    this.worldSize = worldSize;
    this.rank = rank;
    hear();
  }

  /** {@return whether rank and world size are known} */
  protected final boolean knowsItsPlace() {
    return rank >= 0;
  }

  /** Throws if the communicator cannot take a call: closed, aborted, failed. Cheap. */
  protected abstract void requireUsable();

  @Override
  protected final void submit(
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream) {
    enter(Thread.currentThread());
    try {
      requireUsable();
      if (config.checks() != CheckLevel.NONE) {
        ArgumentRules.check(this, operation, send, recv, op, rootOrPeer, stream);
        if (setting != null) {
          ArgumentRules.checkSetting(this, operation, setting);
        }
      }
      CallArguments call = place(send, recv, op, stream);
      DataType type = ArgumentRules.type(send, recv);
      call.set(
          operation,
          send == null ? 0 : send.address(),
          recv == null ? 0 : recv.address(),
          ArgumentRules.count(operation, send, recv, worldSize),
          type == null ? -1 : type.code(),
          op == null ? 0 : op.code(),
          rootOrPeer);
      call.isPartOf(composite);
      call.isConfiguredBy(setting);
      if (call != own) { // recorded
        call.madeAt(siteOf(call, stream));
      } else {
        issueAlone(call, stream);
      }
    } catch (RuntimeException failure) {
      GroupRecording group = GroupRecording.current();
      if (group != null) {
        group.poison(failure);
      }
      throw failure;
    } finally {
      user = null;
    }
  }

  /** Where the arguments of the next call go: to be issued, or to be kept. */
  private CallArguments place(
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      Stream stream) {
    GroupRecording open = GroupRecording.current();
    GroupRecording group = open != null && open.issuesTo(issuer) ? open : null;
    CallRecording kept = recording;
    if (kept != null) {
      return kept.add(group == null ? CallRecording.ALONE : group.serial(), send, recv, op);
    }
    return group == null ? own : group.add(this, stream);
  }

  /** Issues one call that is in no group, and tells who listens. */
  final void issueAlone(CallArguments call, Stream stream) {
    isUnderWay(call);
    try {
      if (hook == null) {
        issue(call, stream, call.operation());
      } else {
        issueHeard(hook, call, stream, call.operation());
      }
    } finally {
      isUnderWayNoMore();
    }
    count(call);
  }

  /** Launches the graph that issues these calls, and tells who listens. */
  final void launch(Graph graph, CallRecording kept, Stream stream) {
    CallHook heard = hook;
    if (heard == null) {
      graph.launch(stream);
    } else {
      heard.launch(graph, kept, stream);
    }
    if (kept.size() > 0) {
      calls += kept.size(); // which are messages is no matter any more: see Captures
      isLastOfMany(kept.call(kept.size() - 1));
    }
  }

  /** A call is about to be issued, perhaps with others. */
  final void isUnderWay(CallArguments call) {
    if (!call.operation().hasPeer()) {
      lastUnderWay = call;
      underWay++;
    }
  }

  /** All that was about to be issued has been, or has failed. */
  final void isUnderWayNoMore() {
    underWay = 0;
  }

  /** {@return how many collectives are being issued now; a look from any thread} */
  final long collectivesUnderWay() {
    return underWay;
  }

  /** {@return the last collective that is being issued, in words; a look from any thread} */
  final String callUnderWay() {
    return RankProgress.words(lastUnderWay);
  }

  private void count(CallArguments call) {
    messages += call.operation().hasPeer() ? 1 : 0;
    calls++;
  }

  private void issue(CallArguments call, Stream stream, Operation operation) {
    int code = enqueue(call, stream);
    if (code != 0 && code != ResultCode.IN_PROGRESS.code()) {
      throw failure(code, operation.label());
    }
  }

  private void issueHeard(CallHook heard, CallArguments call, Stream stream, Operation operation) {
    heard.show(call, stream, 1, true);
    try {
      heard.before();
      issue(call, stream, operation);
    } catch (RuntimeException | Error failure) {
      heard.failed(failure);
      throw failure;
    }
    CollectiveException verdict = heard.after();
    if (verdict != null) {
      count(call);
      throw verdict;
    }
  }

  /** Rank and world size are known: whoever listens to this communicator is told from now on. */
  final void hear() {
    if (isHeard && hook == null) {
      hook =
          CallHook.open(
              config,
              new CallListener.Endpoint(name(), rank(), worldSize(), device.index()),
              device,
              way());
    }
    tellPlace();
  }

  @Override
  public final void attach(ProcessGroup opened) {
    leavePlace();
    place = MeetingPlace.of(opened);
    tellPlace();
  }

  private void tellPlace() {
    MeetingPlace known = place;
    if (known == null || known == told || !knowsItsPlace()) {
      return;
    }
    if (hook != null || wantsToMeet(known)) {
      told = known;
      known.enter(rank, worldSize).ifPresent(group -> meet(known, group));
    }
  }

  private void meet(MeetingPlace where, ProcessGroup group) {
    met(where, group);
    if (hook != null) {
      hook.attached(group);
    }
  }

  /** Whether it goes to the place where its ranks meet, though nobody listens. */
  boolean wantsToMeet(MeetingPlace where) {
    return false;
  }

  /** Its ranks meet in that group. */
  void met(MeetingPlace where, ProcessGroup group) {}

  /** Its ranks meet in a part of its parent's group, if that has one. */
  final void descend(CommunicatorBase parent, String key) {
    place = parent.place == null ? null : parent.place.child(key);
  }

  /** Its ranks meet no more. */
  final void leavePlace() {
    told = null;
    if (place != null) {
      place.leave();
    }
  }

  private ShownCall.Way way() {
    return new ShownCall.Way() {
      @Override
      public CallMemory memoryOf(CallArguments call) {
        return CommunicatorBase.this.memoryOf(call);
      }

      @Override
      public boolean runsInKernel(CallArguments call) {
        return CommunicatorBase.this.runsInKernel(call);
      }
    };
  }

  /** Whether own kernels carry out such a call, where it is the only collective of its group. */
  boolean runsInKernel(CallArguments call) {
    return false;
  }

  /** {@return what is known of the memory of a call's buffers} */
  CallMemory memoryOf(CallArguments call) {
    return CallMemory.PLAIN;
  }

  /** {@return how many calls were issued; a look from any thread} */
  final long callsMade() {
    return calls;
  }

  /**
   * {@return how many of them every rank has to make, too; -1 if that is not known (see {@link
   * Captures}); a look from any thread}
   */
  final long collectivesMade() {
    return Captures.haveBegun() ? RankProgress.UNKNOWN : calls - messages;
  }

  /** {@return whether a thread is inside a call; a look from any thread} */
  final boolean isInCall() {
    return user != null;
  }

  /** {@return how far this rank has come, in words} */
  final String progress() {
    return calls + (calls == 1 ? " call was" : " calls were") + " issued";
  }

  /** {@return what tells listeners, or null if nobody listens} */
  final @Nullable CallHook hook() {
    return hook;
  }

  /**
   * {@return where the user makes a call that is recorded and issued later; null if nobody keeps
   * that}
   *
   * @param call the call
   * @param stream its stream
   */
  protected @Nullable Object siteOf(CallArguments call, Stream stream) {
    return null;
  }

  /** The next calls carry out {@code method}; null: they are called as themselves. */
  final void carryOut(@Nullable Composite method) {
    composite = method;
  }

  /**
   * The next calls are made with that configuration; null: with the communicator's own.
   *
   * @return what it was before
   */
  final @Nullable CallSetting configure(@Nullable CallSetting next) {
    CallSetting before = setting;
    setting = next;
    return before;
  }

  /**
   * {@return what calls with that configuration carry}
   *
   * @param config what differs from the communicator's configuration
   * @throws UnsupportedOperationException if the library has no configurations of calls
   * @throws IllegalArgumentException if its selection cannot be read (CFG-28)
   */
  CallSetting settingOf(CallConfig config) {
    return new CallSetting(config, false, MemorySegment.NULL);
  }

  /** A call of a group has been issued. */
  final void countInGroup(CallArguments call) {
    count(call);
    isLastOfMany(call);
  }

  private void isLastOfMany(CallArguments call) {
    lastOfMany = call;
    callsWithMany = calls;
  }

  /** {@return the last call, in words; a look from any thread} */
  final String lastCall() {
    CallArguments of = callsWithMany == calls ? lastOfMany : own;
    return calls == 0 ? "" : RankProgress.words(of);
  }

  /**
   * Keeps the calls of {@code body} instead of issuing them.
   *
   * @param body what makes calls of this communicator
   */
  final CallRecording keep(Consumer<Collectives> body) {
    return keep(body, new CallRecording());
  }

  /** The same into {@code kept}; what is kept already, goes on behind it. */
  final CallRecording keep(Consumer<Collectives> body, CallRecording kept) {
    CallRecording outer = recording;
    recording = kept;
    try {
      body.accept(this);
    } finally {
      recording = outer;
    }
    return kept;
  }

  /** {@return where calls are kept instead of being issued; null while they are issued} */
  final @Nullable CallRecording recording() {
    return recording;
  }

  /** {@return whether calls are kept instead of being issued} */
  final boolean isKeeping() {
    return recording != null;
  }

  /** Does something that issues calls of which nobody is told. */
  final void unheard(Runnable body) {
    CallHook heard = hook;
    hook = null;
    try {
      body.run();
    } finally {
      hook = heard;
    }
  }

  /** The calling thread comes in for something else than a call; it {@link #leave leaves} again. */
  final void enter() {
    enter(Thread.currentThread());
  }

  /** The thread that has come in is out again. */
  final void leave() {
    user = null;
  }

  private void enter(Thread thread) {
    if (RunningWork.RUNNING.get() > 0) {
      RunningWork.requireNone();
    }
    Thread other = user;
    if (other != null && other != thread) {
      raced(other);
    }
    user = thread;
  }

  /**
   * The calling thread has come in while {@code other} is inside: throws.
   *
   * @param other the thread that is inside
   */
  protected void raced(Thread other) {
    throw new IllegalStateException(
        name()
            + ", rank "
            + rank
            + ": thread "
            + Thread.currentThread().getName()
            + " called while "
            + other.getName()
            + " is inside; a communicator is used by one thread at a time (INIT-21)");
  }

  /**
   * {@return the failure of a call or group with NCCL's result {@code code}}
   *
   * @param code NCCL's number
   * @param what a name for messages
   */
  public final CollectiveException failure(int code, String what) {
    String words = words();
    return failure(code, what, words, Advice.of(ResultCode.of(code), words));
  }

  /** The failure of its own creation. */
  final CollectiveException creationFailure(int code) {
    return failure(code, "creation", words(), Advice.ofCreation(ResultCode.of(code)));
  }

  private CollectiveException failure(int code, String what, String words, String advice) {
    String place = knowsItsPlace() ? ", rank " + rank + "/" + worldSize : "";
    String message =
        name()
            + place
            + ", "
            + what
            + " after "
            + calls
            + " calls: "
            + ResultCode.of(code)
            + " ("
            + code
            + ")"
            + (words.isEmpty() ? "" : ", the library says: " + words)
            + ". "
            + advice;
    failed(message);
    return new CollectiveException(ResultCode.of(code), message);
  }

  /**
   * Hears of each failure before it is thrown.
   *
   * @param message what failed, and what the library says of it
   */
  protected void failed(String message) {}

  /** The next calls take so long at most; null: as long as the communicator's calls may take. */
  void limitCalls(@Nullable TimeLimit limit) {}

  /** Waits until what was issued on {@code stream} is done; null: as long as operations have. */
  void awaitWork(Stream stream, @Nullable TimeLimit limit) {
    synchronize(stream, limit);
  }

  /** Waits for {@code stream}, for so long at most; null: for ever. */
  static void synchronize(Stream stream, @Nullable TimeLimit limit) {
    if (limit == null) {
      stream.synchronize();
    } else {
      stream.synchronize(limit.duration());
    }
  }

  @Override
  public final Collectives blocking() {
    return new BlockingView(this, null);
  }

  @Override
  public final Collectives blocking(Duration limit) {
    return new BlockingView(this, TimeLimit.of(limit, "blocking"));
  }

  @Override
  public final Issued issue(Stream stream, Consumer<Collectives> body) {
    return HandleIssue.issue(this, stream, body);
  }

  /** {@return what the library says of a failure} */
  protected String words() {
    return lastError();
  }

  /** {@return where this communicator's groups are issued} */
  public final GroupRecording.Issuer issuer() {
    return issuer;
  }

  /** This communicator's operations as seen inside {@code group}, which is open. */
  final Collectives groupView(GroupRecording group) {
    return new GroupView(this, group);
  }

  @Override
  public final void group(Consumer<Collectives> body) {
    Groups.record(issuer, group -> body.accept(groupView(group)));
  }

  /** One element that {@code barrier} reduces; freed by {@link #releaseTokens}. */
  final DeviceBuffer barrierToken() {
    return tokens.free(isSent);
  }

  private boolean isSentInGroup(long address) {
    GroupRecording group = GroupRecording.current();
    CallRecording kept = recording;
    return group != null
        && (kept == null ? group.sends(this, address) : kept.sends(group.serial(), address));
  }

  /** Frees what {@link #barrierToken} made; for the implementation's close. */
  protected final void releaseTokens() {
    tokens.release();
  }

  @Override
  protected final CommunicatorBase communicator() {
    return this;
  }

  @Override
  public abstract Stream defaultStream();

  @Override
  public final int rank() {
    requirePlace();
    return rank;
  }

  @Override
  public final int worldSize() {
    requirePlace();
    return worldSize;
  }

  private void requirePlace() {
    if (rank < 0) {
      learn();
      if (rank < 0) {
        throw new CollectiveException(
            ResultCode.INVALID_ARGUMENT,
            name() + " is still opening: awaitReady() before asking for its rank (INIT-17)");
      }
    }
  }

  @Override
  public final Device device() {
    return device;
  }

  @Override
  public final CommunicatorConfig config() {
    return config;
  }

  /** For messages; works while it opens. */
  final String who() {
    return knowsItsPlace() ? name() + ", rank " + rank + "/" + worldSize : name();
  }

  @Override
  public String toString() {
    String place = knowsItsPlace() ? " rank " + rank + "/" + worldSize : "";
    return name() + place + " (" + state() + ")";
  }
}
