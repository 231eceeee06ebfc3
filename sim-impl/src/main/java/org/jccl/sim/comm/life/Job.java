package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jccl.CollectiveException;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * One management operation of one rank, from its call to its result: creation, finalize, destroy, …
 * Whoever waits for it is woken when it is settled; nobody has to wait.
 */
public abstract class Job implements Wait {
  private final Kernel kernel;
  private final Set<SimStep> waiting = new LinkedHashSet<>();
  private @Nullable CallSite site;
  private boolean begun;
  private boolean settled;
  private int code;
  private @Nullable RuntimeException failure;

  /** A job that has not begun. */
  protected Job(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Notes where the program asks for it. */
  public final void isCalledHere() {
    site = CallSite.here();
  }

  /** {@code at} the line that asked for it; null if that is not kept. */
  public final @Nullable String site() {
    return site == null ? null : "at " + site;
  }

  /** Begins it. It may be settled at once, or later by what other ranks do. */
  protected abstract void begin();

  /**
   * Its abort flag is raised: it settles soon, whatever other ranks do. Nothing unless it waits.
   */
  public void giveUp() {}

  /** The communicator whose state tells of it (rule INIT-17), or null. */
  public abstract @Nullable CommLifecycle life();

  /**
   * Whether it ends its communicator: such jobs are not aborted with their group and leave no state
   * (rules INIT-19, GRP-23).
   */
  public boolean endsCommunicator() {
    return false;
  }

  /** Whether it is over only when all ranks have come. */
  public boolean meets() {
    return creates();
  }

  /** Whether it makes communicators (rule GRP-22). */
  public boolean creates() {
    return false;
  }

  /** Whether it brings {@code other} to its end, so that no operation may follow (LIF-13). */
  public final boolean ends(CommLifecycle other) {
    return endsCommunicator() && life() == other && !other.isAborted();
  }

  /** It has just been settled with {@code result}. */
  protected void ended(int result) {}

  /** Whether it tells who steers all that others can see of it. */
  public boolean isTold() {
    return false;
  }

  /** Tells what its beginning does. */
  protected void tellsBegin(Steering steering) {}

  /** Tells what its end has needed. */
  public void tellsEnd(Steering steering) {}

  /** Begins it; a failure to begin is its result. */
  public final void start() {
    begun = true;
    Steering steering = kernel.steering();
    if (steering != null) {
      tellsBegin(steering);
    }
    try {
      begin();
    } catch (CollectiveException broken) {
      settle(broken);
    }
  }

  /** Its group has failed before it began. */
  public final void discarded(int result) {
    settle(result);
  }

  /** It has come to its end; only the first end counts. */
  protected final void settle(int result) {
    if (!settled) {
      settled = true;
      code = result;
      ended(result);
      waiting.forEach(kernel::makeReady);
      waiting.clear();
    }
  }

  /** It has failed. */
  protected final void settle(RuntimeException why) {
    if (!settled) {
      failure = why;
      boolean coded = why instanceof CollectiveException && !(why instanceof ReportedMisuse);
      int known = coded ? ((CollectiveException) why).code().code() : -1;
      settle(known > 0 ? known : ResultCode.INTERNAL_ERROR.code());
    }
  }

  /** Whether it was begun; a job of a failed group never is. */
  protected final boolean isBegun() {
    return begun;
  }

  public final boolean isSettled() {
    return settled;
  }

  /** Its result, once it is settled. */
  public final int code() {
    return code;
  }

  /** Why it failed, if more is known than a code. */
  public final @Nullable RuntimeException failure() {
    return failure;
  }

  public final void wakes(SimStep step) {
    waiting.add(step);
  }

  /**
   * Does it now, in the calling thread, baton given up while it waits.
   *
   * @return NCCL's result code
   * @throws CollectiveException if more is known of a failure than its code
   */
  public final int run(HostTask task) {
    start();
    try {
      if (!settled) {
        wakes(task);
        kernel.await(task, this::isSettled, this);
      }
    } finally {
      if (!settled) {
        giveUp();
      }
    }
    if (failure != null) {
      throw Rethrown.of(failure);
    }
    return code;
  }

  /** What several jobs wait for. */
  public static Wait allOf(List<Job> jobs) {
    List<Job> open = new ArrayList<>(jobs);
    open.removeIf(Job::isSettled);
    if (open.isEmpty()) {
      return Wait.of("nothing that is under way");
    }
    if (open.size() == 1) {
      return open.getFirst();
    }
    return new Wait() {
      @Override
      public String describe() {
        return open.size() + " calls of a group, first " + open.getFirst().describe();
      }

      @Override
      public Wait root() {
        return open.stream()
            .map(Job::root)
            .filter(root -> !root.ranks().isEmpty())
            .findFirst()
            .orElse(this);
      }

      @Override
      public List<Integer> ranks() {
        return open.stream().flatMap(job -> job.ranks().stream()).distinct().sorted().toList();
      }
    };
  }
}
