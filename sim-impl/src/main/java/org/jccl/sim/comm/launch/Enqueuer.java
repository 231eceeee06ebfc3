package org.jccl.sim.comm.launch;

import java.util.List;
import java.util.Objects;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.CallArguments;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.CustomReductions;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.PlannedCalls;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.comm.match.TimelineSlices;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.comm.memory.Suspension;
import org.jccl.sim.comm.onesided.OneSided;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.device.Capture;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** The way of one rank's checked calls to launches on their streams, alone or in groups. */
public final class Enqueuer {
  private static final int ONE_SIDED_CAPTURE = 23000;

  private final LaunchQueue queue;
  private final CommMember member;
  private final SharedComm comm;
  private final Simulation simulation;
  private final boolean isStrict;
  private final boolean waitsForKernels;
  private final boolean meetsBefore;
  private final @Nullable HappensBefore order;
  private final CallSequence sequence;
  private final Planner planning;
  private final Registrations registrations;
  private final CustomReductions scales;
  private final Suspension suspension;
  private final OneSided oneSided;
  private final BufferLookup buffers;
  private final CapturedLaunches captured;
  private final DefectiveCalls defective;
  private final boolean hasDefects;
  private final Trail trail;
  private @Nullable Request lastRequest;
  private @Nullable Launch issued;
  private long collectivesLaunched;

  /**
   * The way of calls into {@code queue}.
   *
   * @param planning how they are carried out, given what is among {@code registrations}
   */
  public Enqueuer(
      LaunchQueue queue,
      Planner planning,
      Registrations registrations,
      CustomReductions scales,
      Suspension suspension,
      OneSided oneSided) {
    this.queue = queue;
    this.member = queue.member();
    this.comm = member.comm();
    this.simulation = comm.simulation();
    this.isStrict = simulation.findings().isStrict();
    this.waitsForKernels = simulation.setting("CUDA_LAUNCH_BLOCKING", 0) == 1;
    this.meetsBefore = LaunchMeeting.isOn(simulation);
    this.order = simulation.order();
    this.sequence = queue.sequence();
    this.planning = planning;
    this.registrations = registrations;
    this.scales = scales;
    this.suspension = suspension;
    this.oneSided = oneSided;
    this.captured = new CapturedLaunches(member);
    this.defective = new DefectiveCalls(member);
    this.hasDefects = simulation.defects().areImitated();
    this.buffers = new BufferLookup(member);
    this.trail = new Trail(comm.worldSize());
  }

  /** Each captured group that lives in a graph, in words with its line (rule LIF-06). */
  public List<String> graphs() {
    return captured.graphs();
  }

  /** One checked call, ready to be issued; the same object where a program repeats itself. */
  public Request request(HostTask task, CallArguments arguments, SimStream stream, boolean atOnce) {
    if (suspension.isSuspended()) {
      suspension.requireAwake(arguments.operation().label());
    }
    if (member.caller().task() != task || !task.isOwned()) {
      member.caller().isNow(task);
    }
    if (order != null) {
      member.knows(order.knownTo(task, stream.lane()));
    }
    Object site = arguments.site() == null ? siteOf(arguments, stream) : arguments.site();
    Request last = lastRequest;
    if (last != null && !stream.isCapturing() && isFor(last, arguments, stream)) {
      if (last.site() != site && !atOnce) {
        last = last.copy(); // the group holds the other one
        lastRequest = last;
      }
      last.madeAt(site);
      return last;
    }
    Operation operation = arguments.operation();
    Request request =
        new Request(
            member.rank(),
            arguments,
            operation.reduces() ? scales.find(arguments.reduction()) : null,
            stream,
            stream.isCapturing() && !operation.hasPeer() ? sequence.capture() : -1,
            site);
    lastRequest = request;
    return request;
  }

  /** Where the running thread makes that call; null where nobody keeps that. */
  public @Nullable Object siteOf(CallArguments call, SimStream stream) {
    if (order == null) {
      return null;
    }
    int what = call.operation().ordinal() << 16 ^ call.type() << 8 ^ call.reduction();
    long memory = Trail.mixed(call.send(), call.recv());
    return trail.next(
        (long) what << 32 ^ call.rootOrPeer(), memory ^ Trail.mixed(call.count(), stream.handle()));
  }

  /** Whether a call with these arguments, which is not captured, makes the same request. */
  private static boolean isFor(Request request, CallArguments call, SimStream stream) {
    return request.send() == call.send()
        && request.recv() == call.recv()
        && request.count() == call.count()
        && request.operation() == call.operation()
        && request.type().code() == call.type()
        && request.reduction() == call.reduction()
        && request.rootOrPeer() == call.rootOrPeer()
        && request.stream() == stream
        && request.partOf() == call.partOf()
        && request.isOwnKernel() == call.isOwnKernel()
        && Objects.equals(request.setting(), call.setting())
        && request.scale() == null
        && !request.captured();
  }

  /** Issues one call for the thread that makes it; NCCL's result code. */
  public int call(HostTask task, Request request) {
    task.nextIssue();
    HostMeeting meeting = meetsBefore ? comesTo(List.of(request)) : null;
    if (meeting != null) {
      meeting.await(task);
    }
    int code = issue(request, task);
    noteOrder();
    if ((isStrict || waitsForKernels) && code == 0) {
      awaitPeers(task);
    }
    return code;
  }

  /** Where the ranks of the process meet before these calls are launched; null if they do not. */
  public @Nullable HostMeeting comesTo(List<Request> requests) {
    for (Request request : requests) {
      if (meetsBefore && !request.isDropped()) {
        return new LaunchMeeting(queue, request.operation().label());
      }
    }
    return null;
  }

  private int issue(Request request, HostTask task) {
    boolean toSelf = !request.isCollective() && request.rootOrPeer() == member.rank();
    if (toSelf || request.captured() || request.stream().capture() != null) {
      return issue(List.of(request), List.of(), task);
    }
    PlannedCalls planned = plan(request);
    if (planned.refusal() != null) {
      requirePossibleSelections(List.of(request));
      planned.orThrow(); // ENV-06
    }
    if (hasDefects) {
      defective.require(List.of(request));
    }
    begin(task);
    try {
      Launch launch = queue.newLaunch(task);
      add(request, launch, 0, 1, planned.first());
      put(launch);
    } finally {
      member.caller().isIssuing(false);
    }
    return 0;
  }

  /** Plans a call that is alone; where memory is registered, that depends on more than the call. */
  private PlannedCalls plan(Request request) {
    PlannedCalls known = request.planned();
    if (known == null || comm.hasRegisteredMemory()) {
      known = planning.plan(registrations, request);
      request.keep(known);
    }
    return known;
  }

  private void begin(@Nullable HostTask task) {
    member.caller().isIssuing(task != null);
    issued = null;
  }

  // ---------------------------------------------------------------- groups

  /**
   * Issues calls as one group, or records them if their streams are being captured.
   *
   * @param first one-sided calls, which run first (rule GRP-21)
   * @param task the thread that issues them and may have to wait for peers, or null if none may
   * @return NCCL's result code
   */
  public int issue(List<Request> requests, List<OneSidedCall> first, @Nullable HostTask task) {
    requireLaunchable(requests);
    SimStream one = first.isEmpty() ? requests.getFirst().stream() : first.getFirst().stream();
    Capture capture = one.capture();
    int code = refusedByStreams(requests, first, capture);
    if (code != 0) {
      return code;
    }
    if (capture == null) {
      launch(requests, first, queue.newLaunch(task), task);
    } else {
      issued = null;
      captured.record(capture, requests, first, this::replay);
    }
    return 0;
  }

  /** What NCCL finds out only when a group is launched (rule GRP-16). */
  private void requireLaunchable(List<Request> requests) {
    PlannedCalls planned = planning.plan(registrations, requests);
    if (planned.refusal() != null) {
      requirePossibleSelections(requests);
      planned.orThrow(); // ENV-06
    }
    requireMatchedSelfMessages(requests);
    defective.require(requests);
  }

  /** Names the call whose selection of algorithms leaves nothing (CFG-28, SIM-68). */
  private void requirePossibleSelections(List<Request> requests) {
    for (Request request : requests) {
      CallSetting setting = request.setting();
      CollectiveException why =
          setting == null ? null : planning.plan(registrations, request).refusal();
      if (setting != null && why != null) {
        Object site = request.site();
        throw new CollectiveException(
            why.code(),
            why.getMessage() + ": " + setting.config() + (site == null ? "" : ", made at " + site));
      }
    }
  }

  /** Rule P2P-05: sends to self and receives from self are equally many in a group. */
  private void requireMatchedSelfMessages(List<Request> requests) {
    int balance = 0;
    for (Request request : requests) {
      if (!request.isCollective() && request.rootOrPeer() == member.rank()) {
        balance += request.operation() == Operation.SEND ? 1 : -1;
      }
    }
    if (balance != 0) {
      throw new CollectiveException(
          ResultCode.INVALID_USAGE,
          "Trying to "
              + (balance > 0
                  ? "send to self without a matching recv"
                  : "recv from self without a" + " matching send")
              + " in one group, on "
              + member
              + " (P2P-05)");
    }
  }

  private CollectiveException refused(String words) {
    return new CollectiveException(ResultCode.INVALID_USAGE, words + ", on " + member);
  }

  /** Rules STR-18, VER-09: all streams take part in one capture, or none does. */
  private int refusedByStreams(
      List<Request> requests, List<OneSidedCall> first, @Nullable Capture capture) {
    for (Request request : requests) {
      if (request.stream().capture() != capture) {
        throw refused(
            "Streams given to a communicator within a NCCL group must either be all uncaptured or"
                + " all captured by the same graph (STR-18)");
      }
    }
    if (capture != null && capture.isSpoiled()) {
      return ResultCode.UNHANDLED_CUDA_ERROR.code(); // STR-27
    }
    boolean canCapture = capture == null || simulation.version() >= ONE_SIDED_CAPTURE;
    for (OneSidedCall call : first) {
      if (call.stream().capture() != capture || !canCapture) {
        throw refused(
            canCapture
                ? "one-sided calls of a group must be on streams of the same capture, or of none"
                    + " (STR-18)"
                : "one-sided operations cannot be captured into a CUDA graph before 2.30 (VER-09)");
      }
      int code = oneSided.checkRange(call);
      if (code != 0) {
        return code;
      }
    }
    return 0;
  }

  private void replay(List<Request> requests, List<OneSidedCall> first, GraphOrder.Replay of) {
    member.learn();
    Launch launch = queue.newLaunch(null);
    launch.isPartOf(of);
    launch(requests, first, launch, null);
    noteOrder();
  }

  private void launch(
      List<Request> requests, List<OneSidedCall> first, Launch launch, @Nullable HostTask task) {
    if (task != null) {
      member.learn(); // it may have waited for something since the calls were made
    }
    begin(task);
    try {
      fill(requests, first, launch);
    } finally {
      member.caller().isIssuing(false);
    }
  }

  private void fill(List<Request> requests, List<OneSidedCall> first, Launch launch) {
    int groupSize = requests.size() == 1 ? 1 : collectivesIn(requests);
    int place = 0;
    int next = 0;
    List<PlannedCall> planned = planning.plan(registrations, requests).carried();
    if (!first.isEmpty()) {
      launch.add(oneSided.program(launch, first, launch::oneSidedDone));
    }
    for (Request request : requests) {
      PlannedCall carried = Planner.isPlanned(request) ? planned.get(next++) : null;
      add(request, launch, place, groupSize, carried);
      place += request.isCollective() && !request.isDropped() ? 1 : 0;
    }
    put(launch);
  }

  /** A call of count 0 in a group that holds those calls of the rank: NCCL drops it (COL-02). */
  public void drop(Request request, List<Request> before) {
    if (simulation.isChecking()) {
      sequence.drop(request, collectivesIn(before));
    }
  }

  private static int collectivesIn(List<Request> requests) {
    int collectives = 0;
    for (Request request : requests) {
      collectives += request.isCollective() && !request.isDropped() ? 1 : 0;
    }
    return collectives;
  }

  // ---------------------------------------------------------------- one launch

  /** A call takes its place in the sequence, and what it does is added to its launch. */
  private void add(
      Request request, Launch launch, int place, int groupSize, @Nullable PlannedCall carried) {
    Call call = sequence.add(request, place, groupSize, launch.issuer());
    if (request.stream().isClosed()) {
      comm.throwIfError(invalidStream(call, request.stream() + " is closed"));
    }
    if (!request.isDropped()) {
      if (request.allocations() != member.device().memory().allocations()) {
        buffers.find(request, call);
      }
      long order = request.isCollective() ? collectivesLaunched++ : -1;
      launch.add(new LaunchedCall(launch, request, call, carried, order));
    }
  }

  private void put(Launch launch) {
    if (!launch.isEmpty()) {
      if (launch.parts().size() > 1 && simulation.isChecking()) {
        comm.throwIfError(GroupOverlap.in(launch));
      }
      issued = launch;
      if (simulation.timeline() != null) {
        TimelineSlices.issued(simulation.timeline(), launch);
      }
    }
    if (!comm.waiters().isEmpty()) {
      comm.wakeWaiters();
    }
    if (!launch.isEmpty()) {
      queue.add(launch);
    }
  }

  /** The last launch takes its place among those of other communicators (SIM-18, SIM-19). */
  public void noteOrder() {
    Launch last = issued;
    if (last != null) {
      queue.placed(last);
      HostTask user = member.caller().task();
      if (user != null && user.isAway()) {
        queue.owner().goesOn(user, last);
      }
    }
  }

  /** Whether each launch waits for its kernel (rule ENV-19), and so for the calls of all ranks. */
  public boolean waitsForKernels() {
    return waitsForKernels;
  }

  /** In strict mode {@code task} waits until all ranks have issued the last call (rule STR-11). */
  public void awaitPeers(HostTask task) {
    PeerWait.of(queue, issued).await(task);
  }

  // ---------------------------------------------------------------- streams

  private ReportBuilder invalidStream(Object call, String what) {
    return new ReportBuilder(MisuseKind.STREAM_INVALID, " in " + comm.name() + ": " + what)
        .rank(member.caller(), call, member.caller().siteOfIssue())
        .line("pass an open stream of the communicator's device (STR-07, STR-08, SIM-31)");
  }

  /** A call names a stream that is destroyed, unknown, or another device's (SIM-31). */
  public ReportedMisuse refuseStream(Operation operation, long handle) {
    member.caller().isIssuing(true);
    try {
      String what =
          "no open stream of device "
              + member.device().index()
              + " has the handle 0x"
              + Long.toHexString(handle);
      return Objects.requireNonNull(comm.report(invalidStream(operation.label(), what)));
    } finally {
      member.caller().isIssuing(false);
    }
  }
}
