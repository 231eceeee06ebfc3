package org.jccl.sim.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jccl.spi.Waiting;

/** One run of rank programs, on virtual threads that share the baton. */
public final class RankPrograms {
  /**
   * Threads of all simulations that were left behind while they ran: they may keep the JVM's
   * carriers of virtual threads for ever, so that ranks run on platform threads from then on.
   */
  private static final Set<Thread> LEFT = ConcurrentHashMap.newKeySet();

  private final Kernel kernel;
  private final List<HostTask> tasks;
  private final AtomicInteger open;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean interrupted;

  /** {@code body} once a rank, on a thread each. */
  public RankPrograms(Kernel kernel, int worldSize, IntConsumer body) {
    this.kernel = kernel;
    this.open = new AtomicInteger(worldSize);
    this.tasks = new ArrayList<>(worldSize);
    boolean carriersMayBeKept = carriersMayBeKept();
    for (int rank = 0; rank < worldSize; rank++) {
      int own = rank;
      HostTask[] task = new HostTask[1];
      Thread.Builder builder =
          carriersMayBeKept ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
      Thread thread = builder.name("sim-rank-" + rank).unstarted(() -> runRank(task[0], own, body));
      task[0] = kernel.newRankTask(rank, thread);
      tasks.add(task[0]);
    }
  }

  private static boolean carriersMayBeKept() {
    LEFT.removeIf(thread -> !thread.isAlive());
    return !LEFT.isEmpty();
  }

  /** Runs them; waits for all that are not left behind. */
  public void run() throws InterruptedException {
    kernel.currentRun().begin(tasks);
    try {
      over.await();
    } catch (InterruptedException interrupt) {
      interrupted = true;
      tasks.forEach(task -> task.thread.interrupt());
      awaitUninterrupted();
      throw interrupt;
    } finally {
      kernel.currentRun().over();
    }
  }

  private void awaitUninterrupted() {
    while (true) {
      try {
        over.await();
        return;
      } catch (InterruptedException again) {
        tasks.forEach(task -> task.thread.interrupt());
      }
    }
  }

  /** Whether the thread that waits for the ranks was interrupted: they are to end. */
  public boolean isInterrupted() {
    return interrupted;
  }

  /** Leaves those behind that have not ended; {@link #run} returns. They, in rank order. */
  public List<HostTask> leave() {
    List<HostTask> left = kernel.currentRun().abandon();
    for (HostTask task : left) {
      if (task.thread.getState() == Thread.State.RUNNABLE) {
        LEFT.add(task.thread);
      }
    }
    return left;
  }

  /** {@link #run} returns, whoever has not ended. Threads that only wait end by themselves. */
  public void release() {
    over.countDown();
    tasks.stream().filter(HostTask::isAbandoned).forEach(task -> LockSupport.unpark(task.thread));
  }

  private void runRank(HostTask task, int rank, IntConsumer body) {
    try {
      kernel.currentRun().started(task);
      Waiting.bind(new RankWaiting(kernel, task), () -> body.accept(rank));
    } finally {
      try {
        kernel.currentRun().finish(task);
      } finally {
        if (open.decrementAndGet() == 0) {
          over.countDown();
        }
      }
    }
  }
}
