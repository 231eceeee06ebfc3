package org.jccl.sim.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import org.jccl.spi.Waiting;

/** Runs rank programs on virtual threads that share the baton. */
public final class RankPrograms {
  private final Kernel kernel;

  /** Those of one simulation. */
  public RankPrograms(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Runs {@code body} once a rank; waits for all. */
  public void run(int worldSize, IntConsumer body) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(worldSize);
    List<HostTask> tasks = new ArrayList<>(worldSize);
    for (int rank = 0; rank < worldSize; rank++) {
      int own = rank;
      HostTask[] task = new HostTask[1];
      Thread thread =
          Thread.ofVirtual()
              .name("sim-rank-" + rank)
              .unstarted(() -> runRank(task[0], own, body, ended));
      task[0] = new HostTask(kernel, rank, true, thread);
      tasks.add(task[0]);
    }
    kernel.begin(tasks);
    try {
      ended.await();
    } catch (InterruptedException interrupt) {
      tasks.forEach(task -> task.thread.interrupt());
      ended.await();
      throw interrupt;
    } finally {
      kernel.over();
    }
  }

  private void runRank(HostTask task, int rank, IntConsumer body, CountDownLatch ended) {
    try {
      Waiting.bind(new RankWaiting(kernel, task), () -> body.accept(rank));
    } finally {
      kernel.finish(task);
      ended.countDown();
    }
  }
}
