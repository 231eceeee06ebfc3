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
import org.jccl.ops.Operation;
import org.jccl.sim.check.Report;
import org.jccl.sim.comm.Clique;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.Ends;
import org.jccl.sim.comm.Job;
import org.jccl.sim.comm.Life;
import org.jccl.sim.comm.OneSidedCall;
import org.jccl.sim.comm.OpenGroup;
import org.jccl.sim.comm.Request;
import org.jccl.sim.comm.Threads;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's group state of one thread, for the raw surface: depth, recorded error, blocking mode,
 * queued work (rules GRP-01 to GRP-31).
 */
final class RawGroup implements OpenGroup {
  private static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();

  private final List<Job> jobs = new ArrayList<>();
  private final List<Job> later = new ArrayList<>();
  private final Map<Endpoint, List<Request>> queued = new LinkedHashMap<>();
  private final Thread thread = Thread.currentThread();
  private @Nullable String opened;
  private boolean spoilt;
  private final Map<Endpoint, List<OneSidedCall>> oneSided = new LinkedHashMap<>();
  private int depth;
  private int error;

  /** Whether the members block; null before the first one (rule GRP-23). */
  private @Nullable Boolean blocking;

  /** Whether a group is open. */
  public boolean isOpen() {
    return depth > 0;
  }

  @Override
  public void refuseOtherThread(Endpoint endpoint) {
    Clique clique = endpoint.clique();
    if (!clique.world().isChecking()) {
      return;
    }
    clique.throwIfError(
        thread.isAlive()
            ? Threads.race(endpoint, thread, "has a group open that holds calls of it (GRP-26)")
            : leak(endpoint));
  }

  private Report leak(@Nullable Endpoint endpoint) {
    Report report =
        new Report(
            MisuseKind.GROUP_LEAK,
            (endpoint == null ? "" : " in " + endpoint.name())
                + ": "
                + Threads.words(thread)
                + " ended with an open group, "
                + queued.values().stream().mapToInt(List::size).sum()
                + " calls are lost");
    for (Map.Entry<Endpoint, List<Request>> each : queued.entrySet()) {
      report.rank(
          each.getKey().rank(),
          each.getValue().getFirst().operation().label() + " of " + each.getKey().name(),
          each.getValue().getFirst().site() == null
              ? null
              : "at " + each.getValue().getFirst().site());
    }
    return report
        .line("the group was opened " + (opened == null ? "(replay with checks FULL)" : opened))
        .line("end every group on the thread that started it (GRP-04, GRP-05, SIM-41)");
  }

  /** The thread ends: a group that is still open is lost, and its communicators are stopped. */
  public @Nullable ReportedMisuse abandon(World world) {
    if (depth == 0 || spoilt || !world.isChecking()) {
      depth = 0;
      reset();
      return null;
    }
    ReportedMisuse found = world.findings().keep(leak(null));
    for (Endpoint endpoint : queued.keySet()) {
      endpoint.clique().stop(found);
    }
    depth = 0;
    reset();
    return found;
  }

  /** Whether its thread has ended while it was open. */
  public boolean isLost() {
    return depth > 0 && !thread.isAlive();
  }

  /** Notes where the outermost group is opened, if that is asked for. */
  public void openedAt(@Nullable String site) {
    if (depth == 1) {
      opened = site == null ? null : "at " + site;
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
    Life life = job.life();
    requireNoConflict(job);
    if (job.endsCommunicator()) {
      blocking = true;
    } else if (life != null && !joins(life)) {
      return INVALID_ARGUMENT;
    }
    queue.add(job);
    return 0;
  }

  /** Rules LIF-13, GRP-22: what a group ends or creates it does not use (SIM-38, SIM-39). */
  private void requireNoConflict(Job job) {
    for (Endpoint used : queued.keySet()) {
      requireNoConflict(job, used, job.describe());
    }
  }

  private void requireNoConflict(Job job, Endpoint used, String call) {
    if (!used.device().world().isChecking()) {
      return;
    }
    if (job.ends(used.life())) {
      refuse(used, Ends.groupConflict(used, call));
    }
    if (job.creates()) {
      refuse(used, Ends.initConflict(used, call));
    }
  }

  private void refuse(Endpoint used, Report report) {
    spoil();
    used.clique().throwIfError(report);
  }

  private boolean joins(Life life) {
    Boolean mode = blocking;
    if (mode == null) {
      blocking = life.isBlocking();
      return true;
    }
    return mode == life.isBlocking();
  }

  /** Issues one validated call, or queues it while a group is open (rule GRP-06). */
  public int issue(
      HostTask task,
      Endpoint endpoint,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      SimStream stream) {
    OpenGroup other = endpoint.life().family().openGroup();
    if (other != null && other != this) {
      other.refuseOtherThread(endpoint);
    }
    if (!endpoint.admission().knows(operation, send, recv, count, rootOrPeer)) {
      return INVALID_ARGUMENT;
    }
    Request request =
        endpoint
            .launching()
            .request(operation, send, recv, count, type, reduction, rootOrPeer, stream);
    boolean alone = endpoint.worldSize() == 1 && !operation.hasPeer(); // GRP-07: runs at once
    boolean waits = endpoint.life().isBlocking() || request.isDropped();
    if (alone || (depth == 0 && waits)) {
      return Issuing.call(task, endpoint, request);
    }
    if (depth == 0) {
      Issuing.Work work = new Issuing.Work(endpoint, List.of(request), List.of());
      return new GroupRun(kernel(endpoint), List.of(), List.of(work), false).runInBackground();
    }
    return request.isDropped() ? 0 : queue(endpoint, request);
  }

  private int queue(Endpoint endpoint, Request request) {
    if (!joins(endpoint.life())) {
      return INVALID_ARGUMENT; // SIM-40: in NCCL the last one decides for all
    }
    for (Job job : jobs) {
      requireNoConflict(job, endpoint, request.operation().label());
    }
    List<Request> before = queued.computeIfAbsent(endpoint, own -> new ArrayList<>());
    if (!before.isEmpty() && before.getFirst().stream().capture() != request.stream().capture()) {
      return ResultCode.INVALID_USAGE.code(); // STR-18
    }
    endpoint.life().family().joined(this);
    before.add(request);
    return 0;
  }

  /** Queues one validated one-sided call; a call without group has one of its own. */
  public int issue(Endpoint endpoint, OneSidedCall call) {
    if (!joins(endpoint.life())) {
      return INVALID_ARGUMENT;
    }
    endpoint.learn();
    oneSided.computeIfAbsent(endpoint, own -> new ArrayList<>()).add(call);
    return 0;
  }

  /** What the first one-sided calls of communicators set up (rule RMA-07). */
  private List<Job> setUps() {
    List<Job> first = new ArrayList<>();
    for (Endpoint endpoint : oneSided.keySet()) {
      Job setUp = endpoint.oneSided().setUp();
      if (setUp != null) {
        first.add(setUp);
      }
    }
    return first;
  }

  private List<Issuing.Work> work() {
    Set<Endpoint> endpoints = new LinkedHashSet<>(queued.keySet());
    endpoints.addAll(oneSided.keySet());
    List<Issuing.Work> work = new ArrayList<>();
    for (Endpoint each : endpoints) {
      List<Request> requests = queued.getOrDefault(each, List.of());
      work.add(new Issuing.Work(each, requests, oneSided.getOrDefault(each, List.of())));
    }
    return work;
  }

  private static Kernel kernel(Endpoint endpoint) {
    return endpoint.device().world().kernel();
  }

  /** Closes a group; the outermost end does what was queued (rules GRP-02, GRP-03, GRP-11). */
  public int end(HostTask task, Kernel kernel) {
    return end(task, kernel, null);
  }

  /**
   * The same; with {@code estimate}, the operations are estimated instead of launched, unless the
   * group is nonblocking (rules GRP-27, GRP-29).
   */
  public int end(HostTask task, Kernel kernel, @Nullable Estimate estimate) {
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
    GroupRun run =
        new GroupRun(
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
    queued.keySet().forEach(endpoint -> endpoint.life().family().joined(null));
    queued.clear();
    oneSided.clear();
  }
}
