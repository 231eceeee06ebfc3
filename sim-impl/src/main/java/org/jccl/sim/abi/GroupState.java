package org.jccl.sim.abi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ops.CallArguments;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.OpenGroup;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.ThreadReports;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.comm.life.LifecycleReports;
import org.jccl.sim.comm.life.OneSidedSetUp;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's group state of one thread, for the raw surface: depth, recorded error, blocking mode,
 * queued work (rules GRP-01 to GRP-31).
 */
final class GroupState implements OpenGroup {
  private static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();

  private final List<Job> jobs = new ArrayList<>();
  private final List<Job> later = new ArrayList<>();
  private final Map<CommLifecycle, List<Request>> queued = new LinkedHashMap<>();

  /** Communicators in the order of their first collectives: messages are not in it (GRP-19). */
  private final Set<CommLifecycle> collecting = new LinkedHashSet<>();

  private final Thread thread = Thread.currentThread();
  private @Nullable Object opened;
  private int rank = -1;
  private final Trail trail = new Trail(1);
  private boolean spoilt;
  private final Map<CommLifecycle, List<OneSidedCall>> oneSided = new LinkedHashMap<>();
  private final CallArguments arguments = new CallArguments();
  private int depth;
  private int error;

  /** Whether the members block; null before the first one (rule GRP-23). */
  private @Nullable Boolean blocking;

  /** The arguments of this thread's next call. */
  CallArguments arguments() {
    return arguments;
  }

  /** How many groups are open inside each other. */
  int depth() {
    return depth;
  }

  /** Whether a group is open. */
  public boolean isOpen() {
    return depth > 0;
  }

  @Override
  public void refuseOtherThread(CommMember member) {
    SharedComm comm = member.comm();
    if (!comm.simulation().isChecking()) {
      return;
    }
    comm.throwIfError(
        thread.isAlive()
            ? ThreadReports.race(
                member, thread, "has a group open that holds calls of it (GRP-26)", site())
            : leak(comm));
  }

  /** Where the first call that the group holds was made, or where it was opened. */
  private @Nullable Object site() {
    Object first = queued.isEmpty() ? null : queued.values().iterator().next().getFirst().site();
    return first == null ? opened : first;
  }

  private ReportBuilder leak(@Nullable SharedComm comm) {
    ReportBuilder report =
        new ReportBuilder(
            MisuseKind.GROUP_LEAK,
            (comm == null ? "" : " in " + comm.name())
                + ": "
                + ThreadReports.words(thread)
                + " ended with an open group, "
                + queued.values().stream().mapToInt(List::size).sum()
                + " calls are lost");
    queued.forEach(
        (life, calls) -> {
          CommMember member = life.operations().member();
          Request first = calls.getFirst();
          report.rank(
              member.caller(),
              first.operation().label() + " of " + member.comm().name(),
              first.site() == null ? null : "at " + first.site());
        });
    return report
        .among(queued.isEmpty() && rank >= 0 ? List.of(rank) : List.of())
        .line("the group was opened " + (opened == null ? "somewhere" : "at " + opened))
        .line("end every group on the thread that started it (GRP-04, GRP-05, SIM-41)");
  }

  /** The thread ends: a group that is still open is lost, and its communicators are stopped. */
  public @Nullable ReportedMisuse abandon(Simulation simulation) {
    if (depth == 0 || spoilt || !simulation.isChecking()) {
      depth = 0;
      reset();
      return null;
    }
    ReportedMisuse found = simulation.findings().keep(leak(null));
    for (CommLifecycle life : queued.keySet()) {
      life.operations().member().comm().stop(found);
    }
    depth = 0;
    reset();
    return found;
  }

  /** Whether its thread has ended while it was open. */
  public boolean isLost() {
    return depth > 0 && !thread.isAlive();
  }

  /** Where the running thread opens a group. */
  Object siteOfOpening() {
    return trail.next(depth, queued.size());
  }

  /** Notes where the outermost group is opened, if that is asked for, and for which rank. */
  public void openedAt(@Nullable Object site, int place) {
    if (depth == 1) {
      opened = site;
      rank = place;
    }
  }

  /** Opens a group (rule GRP-01). */
  public int start() {
    depth++;
    return 0;
  }

  /** A call was reported: what is queued must not be launched (GRP-11). */
  public void spoil() {
    spoilt = depth > 0;
    fail(ResultCode.INTERNAL_ERROR.code());
  }

  /** Notes the failure of a call, which poisons an open group (rule GRP-11). */
  public int fail(int code) {
    if (depth > 0 && code != 0 && code != ResultCode.IN_PROGRESS.code()) {
      error = code; // GRP-12: the last one is returned
    }
    return code;
  }

  /**
   * Queues a job for the outermost end; refuses it if it blocks and others do not, or the other way
   * round (rules GRP-09, GRP-23).
   */
  public int add(Job job) {
    return add(job, jobs);
  }

  /** The same for window registration and its like, which come after all other jobs (GRP-10). */
  public int addLater(Job job) {
    return add(job, later);
  }

  private int add(Job job, List<Job> queue) {
    CommLifecycle life = job.life();
    job.isCalledHere();
    queued.forEach((used, requests) -> requireNoConflict(job, used, requests.getFirst(), true));
    if (job.endsCommunicator()) {
      blocking = true;
    } else if (life != null && !joins(life)) {
      return INVALID_ARGUMENT;
    }
    queue.add(job);
    return 0;
  }

  /** Rules LIF-13, GRP-22: what a group ends or creates it does not use (SIM-38, SIM-39). */
  private void requireNoConflict(Job job, CommLifecycle used, Request request, boolean isJobLast) {
    if (used.simulation().isChecking() && (job.ends(used) || job.creates())) {
      spoil();
      CommMember member = used.operations().member();
      member
          .comm()
          .throwIfError(
              job.ends(used)
                  ? LifecycleReports.groupEnds(member, job, request, isJobLast)
                  : LifecycleReports.groupCreates(member, job, request, isJobLast));
    }
  }

  private boolean joins(CommLifecycle life) {
    Boolean mode = blocking;
    if (mode == null) {
      blocking = life.isBlocking();
      return true;
    }
    return mode == life.isBlocking();
  }

  /**
   * Takes one checked call: while the group is open it is queued (rule GRP-06); else it goes on in
   * the background.
   */
  int add(CommLifecycle life, Request request) {
    if (depth == 0) {
      GroupLaunch.Work work = new GroupLaunch.Work(life, List.of(request), List.of());
      return new GroupEnd(life.simulation().kernel(), List.of(), List.of(work), false)
          .runInBackground();
    }
    if (request.isDropped()) {
      life.operations().enqueuer().drop(request, queued.getOrDefault(life, List.of()));
      return 0;
    }
    return queue(life, request);
  }

  private int queue(CommLifecycle life, Request request) {
    if (!joins(life)) {
      return INVALID_ARGUMENT; // SIM-40: in NCCL the last one decides for all
    }
    for (Job job : jobs) {
      requireNoConflict(job, life, request, false);
    }
    List<Request> before = queued.computeIfAbsent(life, own -> new ArrayList<>());
    if (!before.isEmpty() && before.getFirst().stream().capture() != request.stream().capture()) {
      return ResultCode.INVALID_USAGE.code(); // STR-18
    }
    life.guard().isHeldBy(this);
    before.add(request);
    if (request.isCollective()) {
      collecting.add(life);
    }
    return 0;
  }

  /** Queues one checked one-sided call; a call without group has one of its own. */
  int add(CommLifecycle life, OneSidedCall call) {
    if (!joins(life)) {
      return INVALID_ARGUMENT;
    }
    life.operations().member().learn();
    oneSided.computeIfAbsent(life, own -> new ArrayList<>()).add(call);
    return 0;
  }

  /** What the first one-sided calls of communicators set up (rule RMA-07). */
  private List<Job> setUps() {
    List<Job> first = new ArrayList<>();
    for (CommLifecycle life : oneSided.keySet()) {
      if (!life.operations().oneSided().isReady()) {
        first.add(new OneSidedSetUp(life));
      }
    }
    return first;
  }

  private List<GroupLaunch.Work> work() {
    Set<CommLifecycle> lives = new LinkedHashSet<>(collecting);
    lives.addAll(queued.keySet());
    lives.addAll(oneSided.keySet());
    List<GroupLaunch.Work> work = new ArrayList<>();
    for (CommLifecycle each : lives) {
      List<Request> requests = queued.getOrDefault(each, List.of());
      work.add(new GroupLaunch.Work(each, requests, oneSided.getOrDefault(each, List.of())));
    }
    return work;
  }

  /** Closes a group; the outermost end does what was queued (rules GRP-02, GRP-03, GRP-11). */
  public int end(HostTask task, Kernel kernel) {
    return end(task, kernel, null);
  }

  /**
   * The same; with {@code estimate}, the operations are estimated instead of launched, unless the
   * group is nonblocking (rules GRP-27, GRP-29).
   */
  public int end(HostTask task, Kernel kernel, @Nullable SimInfo estimate) {
    if (depth == 0) {
      return ResultCode.INVALID_USAGE.code();
    }
    if (--depth > 0) {
      return 0;
    }
    int code = error;
    if (code == 0 && estimate != null && !estimate.isInitialised()) {
      code = INVALID_ARGUMENT;
    }
    boolean waits = blocking == null || blocking;
    GroupEnd run =
        new GroupEnd(
            kernel,
            List.of(List.copyOf(jobs), List.copyOf(later), setUps()),
            work(),
            estimate != null && waits);
    if (estimate != null && waits && code == 0) {
      queued.forEach(estimate::add);
    }
    reset();
    if (code != 0) {
      run.discard(code);
      return code;
    }
    if (run.isEmpty()) {
      return 0;
    }
    return waits ? run.runBlocking(task) : run.runInBackground();
  }

  private void reset() {
    error = 0;
    spoilt = false;
    blocking = null;
    jobs.clear();
    later.clear();
    queued.keySet().forEach(life -> life.guard().isHeldBy(null));
    queued.clear();
    collecting.clear();
    oneSided.clear();
  }
}
