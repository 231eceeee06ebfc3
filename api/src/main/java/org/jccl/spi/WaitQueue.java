package org.jccl.spi;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jccl.config.TimeLimit;

/**
 * Threads that wait for a condition which other threads make true: a monitor whose waiting gives
 * the simulator's baton up. The condition is read under this object's lock; whoever changes it does
 * so inside {@link #update}.
 */
public final class WaitQueue {
  private final Set<Waiting.Sleeper> sleepers = new LinkedHashSet<>();
  private final Object lock = new Object();

  /** Without anybody who waits. */
  public WaitQueue() {}

  /**
   * Changes the state that conditions read, then wakes everyone to look again.
   *
   * @param change what makes the condition true
   */
  public void update(Runnable change) {
    change(
        () -> {
          change.run();
          return true;
        });
  }

  /**
   * Changes that state; wakes those who wait only if {@code change} says that it may be theirs.
   *
   * @param change what makes the condition true
   */
  public void change(BooleanSupplier change) {
    List<Waiting.Sleeper> woken;
    synchronized (lock) {
      if (!change.getAsBoolean()) {
        return;
      }
      woken = List.copyOf(sleepers);
      sleepers.clear();
    }
    woken.forEach(Waiting.Sleeper::wake);
  }

  /**
   * Reads that state, or writes what no condition depends on: wakes nobody.
   *
   * @param body what is run under the queue's lock
   */
  public void read(Runnable body) {
    synchronized (lock) {
      body.run();
    }
  }

  /**
   * Waits until {@code ready} is true.
   *
   * @param what names in reports what is waited for
   * @param ready what is waited for
   * @param timeout at most how long to wait
   * @return false if {@code timeout} passed first
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean await(String what, BooleanSupplier ready, Duration timeout)
      throws InterruptedException {
    Waiting waiting = Waiting.current();
    return await(waiting::sleeper, waiting::now, what, ready, timeout);
  }

  /**
   * {@return the same for a condition that is made true from outside this JVM, by the wall clock}
   *
   * @param what a name for messages
   * @param ready what is waited for
   * @param timeout at most how long to wait
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean awaitRealTime(String what, BooleanSupplier ready, Duration timeout)
      throws InterruptedException {
    return await(Waiting.current()::realTimeSleeper, System::nanoTime, what, ready, timeout);
  }

  private boolean await(
      Function<String, Waiting.Sleeper> sleeping,
      LongSupplier clock,
      String what,
      BooleanSupplier ready,
      Duration timeout)
      throws InterruptedException {
    long deadline = clock.getAsLong() + new TimeLimit(timeout).nanos();
    while (true) {
      Waiting.Sleeper sleeper = sleeping.apply(what);
      synchronized (lock) {
        if (ready.getAsBoolean()) {
          return true;
        }
        sleepers.add(sleeper);
      }
      boolean inTime = sleeper.sleep(Math.max(0, deadline - clock.getAsLong()));
      synchronized (lock) {
        sleepers.remove(sleeper);
        if (ready.getAsBoolean()) {
          return true;
        }
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting for " + what);
      }
      if (!inTime) {
        return false;
      }
    }
  }
}
