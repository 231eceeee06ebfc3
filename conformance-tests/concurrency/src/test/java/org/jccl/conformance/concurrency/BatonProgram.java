package org.jccl.conformance.concurrency;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Wait;

/**
 * Three threads that the simulator has not started: two come in and go, one waits for them. One
 * holds the baton at a time, and nobody gets it only because his time is over.
 */
public final class BatonProgram implements Runnable {
  /** By Fray's clock, which moves by 100 us whenever it is read. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final Kernel kernel = new Kernel(Choices.fifo(), PATIENCE);
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger overlaps = new AtomicInteger();
  private HostTask waiter;
  private boolean over;
  private int entered;

  @Override
  public void run() {
    long since = System.nanoTime();
    Threads threads = new Threads();
    threads.start(this::waitForTheOthers);
    threads.start(this::comeTwice);
    threads.start(this::comeTwice);
    threads.join();
    if (System.nanoTime() - since > PATIENCE.toNanos()) {
      throw new AssertionError("a thread got the baton only because its time was over");
    }
    if (overlaps.get() > 0) {
      throw new AssertionError("two threads hold the baton");
    }
    if (entered != 4) {
      throw new AssertionError("entered " + entered + " times");
    }
  }

  private void waitForTheOthers() {
    HostTask task = kernel.enter();
    alone(() -> waiter = task);
    kernel.await(task, () -> over, Wait.of("the others"));
    alone(() -> {});
    kernel.exit(task);
  }

  private void comeTwice() {
    for (int i = 0; i < 2; i++) {
      HostTask task = kernel.enter();
      alone(
          () -> {
            entered++;
            over = entered == 4;
            if (over && waiter != null) {
              kernel.wake(waiter);
            }
          });
      kernel.exit(task);
    }
  }

  private void alone(Runnable body) {
    if (inside.getAndIncrement() != 0) {
      overlaps.incrementAndGet(); // Who threw here would keep the baton forever.
    }
    body.run();
    inside.decrementAndGet();
  }
}
