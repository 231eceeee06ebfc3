package org.jccl.sim.kernel;

import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the body of a piece of work while the holder of the baton waits: on a thread that is no
 * rank's, so that a body that never returns keeps neither a rank nor the baton.
 */
public final class BodyThread {
  private static final ThreadPoolExecutor IDLE =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("sim-work-", 0).factory());

  private static final boolean LOOKS = Runtime.getRuntime().availableProcessors() > 1;
  private static final long LOOKING_NANOS = 20_000;
  private static final long LOOKOUT_NANOS = 10_000_000;

  private final Thread waiter = Thread.currentThread();

  /** Set by whoever is first: the body that ends, or the waiter that gives it up. */
  private final AtomicBoolean over = new AtomicBoolean();

  private volatile @Nullable Thread thread;
  private volatile boolean done;

  private BodyThread() {}

  /**
   * Runs {@code body} and waits for it.
   *
   * @param body is given the one who may end it, once: who is told false was given up
   * @param limit how long nothing may happen, in nanoseconds
   * @return the thread on which it still runs, given up; null if it has ended
   */
  public static @Nullable Thread run(Consumer<AtomicBoolean> body, long limit) {
    BodyThread run = new BodyThread();
    IDLE.execute(() -> run.begin(body));
    return run.await(limit);
  }

  /** Whether who asks is the first to end it. */
  public static boolean ends(AtomicBoolean over) {
    return over.compareAndSet(false, true);
  }

  private void begin(Consumer<AtomicBoolean> body) {
    thread = Thread.currentThread();
    try {
      body.accept(over);
    } finally {
      done = true;
      LockSupport.unpark(waiter);
      Thread.interrupted(); // the mark of one that was given up is no matter of the next one
    }
  }

  private @Nullable Thread await(long limit) {
    long since = System.nanoTime();
    while (LOOKS && !done && System.nanoTime() - since < LOOKING_NANOS) {
      Thread.onSpinWait();
    }
    Standstill standstill = null;
    boolean interrupted = false;
    boolean givenUp = false;
    long before = System.nanoTime();
    while (!done && !givenUp) {
      LockSupport.parkNanos(this, LOOKOUT_NANOS);
      interrupted |= Thread.interrupted();
      long now = System.nanoTime();
      if (now - before >= LOOKOUT_NANOS) {
        standstill = standstill == null ? new Standstill() : standstill;
        Thread runs = thread;
        standstill.add(
            Math.min(now - before, 2 * LOOKOUT_NANOS),
            runs == null ? List.of(waiter) : List.of(runs));
        before = now;
        givenUp = standstill.isAtLeast(limit) && ends(over);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return givenUp ? thread : null;
  }
}
