package org.jccl.conformance.concurrency;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.RankPrograms;
import org.jccl.sim.kernel.Wait;

/**
 * Three ranks block outside jccl, come back at any time, and wait for each other: one holds the
 * baton at a time, and none waits forever.
 */
public final class RankProgram implements Runnable {
  private static final int RANKS = 3;
  private final Kernel kernel = new Kernel(Choices.random(1), Duration.ofSeconds(1));
  private final AtomicInteger inside = new AtomicInteger();
  private final HostTask[] tasks = new HostTask[RANKS];
  private int arrived;

  @Override
  public void run() {
    try {
      new RankPrograms(kernel, RANKS, this::rank).run();
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
    if (arrived != RANKS) {
      throw new AssertionError("only " + arrived + " ranks arrived");
    }
  }

  private void rank(int rank) {
    kernel.outside(() -> rank);
    HostTask task = kernel.enter();
    if (inside.getAndIncrement() != 0) {
      throw new AssertionError("two threads hold the baton");
    }
    tasks[rank] = task;
    arrived++;
    for (HostTask other : tasks) {
      if (other != null) {
        kernel.wake(other);
      }
    }
    inside.decrementAndGet();
    kernel.await(task, () -> arrived == RANKS, Wait.of("all ranks"));
    kernel.exit(task);
  }
}
