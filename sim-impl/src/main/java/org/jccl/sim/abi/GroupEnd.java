package org.jccl.sim.abi;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.comm.Abortable;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * What an outermost group end sets going: the jobs, phase after phase, then the operations (rule
 * GRP-10). A blocking group waits for it, a nonblocking one leaves it to itself and is polled (rule
 * GRP-24).
 */
final class GroupEnd implements SimStep, Abortable {
  private final Kernel kernel;
  private final List<List<Job>> phases;
  private final List<GroupLaunch.Work> work;
  private final boolean simulated;
  private int phase = -1;
  private long number;
  private @Nullable HostTask issuer;
  private @Nullable HostTask background;
  private int code;
  private boolean over;
  private @Nullable RuntimeException failure;

  /**
   * @param phases the jobs of each phase; an empty phase costs nothing
   * @param simulated whether the operations are not launched (rule GRP-27)
   */
  GroupEnd(Kernel kernel, List<List<Job>> phases, List<GroupLaunch.Work> work, boolean simulated) {
    this.kernel = kernel;
    this.phases = phases;
    this.work = List.copyOf(work);
    this.simulated = simulated;
  }

  boolean isEmpty() {
    for (List<Job> jobs : phases) {
      if (!jobs.isEmpty()) {
        return false;
      }
    }
    return work.isEmpty();
  }

  /** Waits until all is done or launched (rule GRP-25). */
  int runBlocking(HostTask task) {
    Steering steering = kernel.steering();
    boolean told = steering != null && phases.stream().flatMap(List::stream).allMatch(Job::isTold);
    if (told) {
      kernel.declares(task);
    }
    issuer = task;
    lives().forEach(life -> life.runs(this));
    List<CommLifecycle> held = held();
    held.forEach(life -> life.waits(task));
    try {
      while (!advance(task)) {
        kernel.await(task, this::canAdvance, Job.allOf(phases.get(phase)));
      }
      if (steering != null && told) {
        phases.stream().flatMap(List::stream).forEach(job -> job.tellsEnd(steering));
      }
    } finally {
      held.forEach(life -> life.waits(null));
      if (!over) {
        abort();
        close(ResultCode.INTERNAL_ERROR.code());
      }
    }
    held.forEach(life -> life.isKnownIdle(task));
    meet(task);
    if (failure != null) {
      throw Rethrown.of(failure);
    }
    return code;
  }

  /** What has met all ranks of a communicator is a meeting of their hosts. */
  private void meet(@Nullable HostTask task) {
    if (task != null && meets()) {
      task.met();
    }
  }

  private boolean meets() {
    for (List<Job> jobs : phases) {
      for (Job job : jobs) {
        if (job.meets()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Sets it going in the background (rule GRP-24). */
  int runInBackground() {
    for (CommLifecycle life : lives()) {
      life.runs(this);
      life.store(ResultCode.IN_PROGRESS.code());
    }
    background = kernel.holder();
    number = background == null ? 0 : background.nextBackground();
    kernel.makeReady(this);
    return ResultCode.IN_PROGRESS.code();
  }

  @Override
  public Object key() {
    HostTask task = background;
    return new StepKey(StepKey.Kind.GROUP, task == null ? -1 : task.place(), 0, number);
  }

  @Override
  public void run() {
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.unknown();
    }
    try {
      advance(this);
    } catch (RuntimeException broken) {
      fail(ResultCode.INTERNAL_ERROR.code(), broken);
      close(code);
    }
  }

  /** Goes as far as it can; whether it is over. {@code waiter} is woken when it can go further. */
  private boolean advance(SimStep waiter) {
    while (!over) {
      if (phase >= 0 && !settle(phases.get(phase))) {
        for (Job job : phases.get(phase)) {
          if (!job.isSettled()) {
            job.wakes(waiter);
          }
        }
        return false;
      }
      if (code != 0) {
        close(code);
      } else if (++phase < phases.size()) {
        List.copyOf(phases.get(phase)).forEach(Job::start);
        if (waiter instanceof HostTask task && !phases.get(phase).isEmpty()) {
          kernel.divides(task);
        }
      } else {
        launch();
        close(code);
      }
    }
    return true;
  }

  private boolean canAdvance() {
    List<Job> jobs = phases.get(phase);
    boolean all = true;
    boolean failed = false;
    for (Job job : jobs) {
      all &= job.isSettled();
      failed |= job.isSettled() && job.code() != 0;
    }
    return all || (code == 0 && failed);
  }

  /** Whether the jobs of a phase are settled; the first failure makes the others give up. */
  private boolean settle(List<Job> jobs) {
    for (Job job : jobs) {
      if (job.isSettled() && job.code() != 0 && code == 0) {
        fail(job.code(), job.failure());
        abort();
      }
    }
    for (Job job : jobs) {
      if (!job.isSettled()) {
        return false;
      }
    }
    return true;
  }

  private void fail(int why, @Nullable RuntimeException words) {
    code = why;
    failure = words;
  }

  /** Raises the abort flags of its jobs, except of those that end communicators (INIT-19). */
  @Override
  public void abort() {
    if (phase >= 0 && phase < phases.size()) {
      for (Job job : phases.get(phase)) {
        if (!job.endsCommunicator() && !job.isSettled()) {
          job.giveUp();
        }
      }
    }
  }

  @Override
  public Wait waitsFor() {
    return Job.allOf(phase >= 0 && phase < phases.size() ? phases.get(phase) : List.of());
  }

  private void launch() {
    if (simulated) {
      return;
    }
    try {
      code = GroupLaunch.group(issuer, work);
    } catch (CollectiveException refused) {
      if (!isCoded(refused)) {
        throw refused;
      }
      fail(refused.code().code(), refused);
    }
  }

  private void close(int result) {
    over = true;
    meet(background);
    for (CommLifecycle life : lives()) {
      life.runs(null);
      if (!life.isBlocking() || result == 0) {
        life.store(result);
      }
      if (failure != null && result != 0 && !isCoded(failure)) {
        life.refuse(failure);
      }
    }
  }

  private static boolean isCoded(RuntimeException why) {
    return why instanceof CollectiveException known && known.code().code() > 0;
  }

  /** Nothing of it is begun: the group has failed (rules GRP-11, GRP-15). */
  void discard(int result) {
    code = result;
    for (List<Job> jobs : phases) {
      for (Job job : jobs) {
        job.discarded(result);
      }
    }
    close(result);
  }

  /** The communicators that a thread waits in. */
  private List<CommLifecycle> held() {
    List<CommLifecycle> held = new ArrayList<>();
    for (List<Job> jobs : phases) {
      for (Job job : jobs) {
        CommLifecycle life = job.life();
        if (life != null) {
          held.add(life);
        }
      }
    }
    return held;
  }

  /** The communicators whose state tells of it. */
  private Set<CommLifecycle> lives() {
    Set<CommLifecycle> lives = new LinkedHashSet<>();
    for (List<Job> jobs : phases) {
      for (Job job : jobs) {
        CommLifecycle life = job.life();
        if (life != null && !job.endsCommunicator()) {
          lives.add(life);
        }
      }
    }
    work.forEach(each -> lives.add(each.life()));
    return lives;
  }
}
