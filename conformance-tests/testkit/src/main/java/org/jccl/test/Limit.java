package org.jccl.test;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Interrupts the thread that runs a schedule if that takes too long. Runs in which nothing goes on
 * are found by the simulator long before, in virtual order; this one is for those that go on for
 * ever.
 */
final class Limit implements AutoCloseable {
  /** A platform thread: ranks that loop may hold all carriers of virtual ones. */
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform()
              .daemon()
              .name("jccl-test-limit")
              .inheritInheritableThreadLocals(false)
              .factory());

  private final Thread runner = Thread.currentThread();
  private final Runnable before;
  private final ScheduledFuture<?> alarm;
  private boolean over;
  private boolean passed;

  /** Begins now, for what the calling thread does; {@code before} runs before the interrupt. */
  Limit(int seconds, Runnable before) {
    this.before = before;
    this.alarm = CLOCK.schedule(this::pass, seconds, TimeUnit.SECONDS);
  }

  /**
   * What a test fails with that was interrupted.
   *
   * @param seconds the limit
   * @param standing where ranks and threads were, a text each
   * @param failure what came of the interrupt
   */
  static TimeoutException passed(int seconds, List<String> standing, Throwable failure) {
    StringBuilder text = new StringBuilder("the schedule has not ended after ");
    text.append(seconds).append(seconds == 1 ? " second" : " seconds");
    standing.forEach(line -> text.append("\n  ").append(line.replace("\n", "\n  ")));
    TimeoutException late = new TimeoutException(text.toString());
    late.setStackTrace(failure.getStackTrace());
    return late;
  }

  private synchronized void pass() {
    if (!over) {
      passed = true;
      before.run();
      runner.interrupt();
    }
  }

  synchronized boolean isPassed() {
    return passed;
  }

  /** Ends it; the interrupt, if there was one, does not reach what comes after. */
  @Override
  public synchronized void close() {
    over = true;
    alarm.cancel(false);
    if (passed) {
      Thread.interrupted();
    }
  }
}
