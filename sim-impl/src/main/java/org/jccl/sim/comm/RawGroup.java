package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ResultCode;
import org.jccl.ops.Operation;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's group state of one thread, for the raw surface: depth, recorded error, blocking mode,
 * queued work (rules GRP-01 to GRP-31).
 */
public final class RawGroup {
  private static final int INVALID_ARGUMENT = ResultCode.INVALID_ARGUMENT.code();

  private final List<Job> jobs = new ArrayList<>();
  private final List<Job> later = new ArrayList<>();
  private final Map<Endpoint, List<Request>> queued = new LinkedHashMap<>();
  private int depth;
  private int error;

  /** Whether the members block; null before the first one (rule GRP-23). */
  private @Nullable Boolean blocking;

  /** Whether a group is open. */
  public boolean isOpen() {
    return depth > 0;
  }

  /** Opens a group (rule GRP-01). */
  public int start() {
    depth++;
    return 0;
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
    if (job.endsCommunicator()) {
      blocking = true;
    } else if (life != null && !joins(life)) {
      return INVALID_ARGUMENT;
    }
    queue.add(job);
    return 0;
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
      Endpoint endpoint,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      SimStream stream) {
    Request request =
        endpoint.request(operation, send, recv, count, type, reduction, rootOrPeer, stream);
    boolean alone = endpoint.worldSize() == 1 && !operation.hasPeer(); // GRP-07: runs at once
    if (alone || (depth == 0 && endpoint.life().isBlocking())) {
      return endpoint.issue(List.of(request));
    }
    if (depth == 0) {
      GroupRun.Work work = new GroupRun.Work(endpoint, List.of(request));
      return new GroupRun(kernel(endpoint), List.of(), List.of(work), false).runInBackground();
    }
    if (!joins(endpoint.life())) {
      return INVALID_ARGUMENT; // SIM-40: in NCCL the last one decides for all
    }
    queued.computeIfAbsent(endpoint, own -> new ArrayList<>()).add(request);
    return 0;
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
            List.of(List.copyOf(jobs), List.copyOf(later)),
            queued.entrySet().stream()
                .map(each -> new GroupRun.Work(each.getKey(), each.getValue()))
                .toList(),
            estimate != null && waits);
    if (estimate != null && waits && code == 0) {
      queued.forEach(
          (endpoint, requests) -> requests.forEach(each -> estimate.add(endpoint, each)));
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
    blocking = null;
    jobs.clear();
    later.clear();
    queued.clear();
  }
}
