package org.jccl.spi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How the current thread waits: the hook through which every blocking point of jccl gives the
 * simulator's baton up.
 *
 * <p>A thread that runs a simulated rank has one bound by the simulator; every other thread parks.
 */
public interface Waiting {
  /** One sleep of one thread. Made by the thread that will sleep; woken by any other. */
  interface Sleeper {
    /**
     * Sleeps until {@link #wake()} was called, spuriously, or until {@code nanos} have passed.
     *
     * @param nanos at most how long, in nanoseconds
     * @return false if the time has passed
     */
    boolean sleep(long nanos);

    /** Ends the sleep, also one that has not begun. */
    void wake();
  }

  /**
   * {@return a sleeper for the calling thread; {@code what} names in reports what it waits for}
   *
   * @param what a name for messages
   */
  Sleeper sleeper(String what);

  /**
   * {@return a sleeper that is woken from outside this JVM, by the network: in the simulator other
   * ranks go on meanwhile, its time runs by the wall clock, and the run is not repeatable any more}
   *
   * @param what a name for messages
   */
  default Sleeper realTimeSleeper(String what) {
    return new ParkingSleeper();
  }

  /** {@return the time by which its sleeps go, in nanoseconds} */
  default long now() {
    return System.nanoTime();
  }

  /** {@return the binding of the calling thread, or parking} */
  static Waiting current() {
    Waiting bound = Binding.CURRENT.get();
    return bound == null ? Binding.PARKING : bound;
  }

  /**
   * Binds {@code waiting} to the calling thread while {@code body} runs.
   *
   * @param waiting how this thread waits
   * @param body what is run
   */
  static void bind(Waiting waiting, Runnable body) {
    Waiting before = Binding.CURRENT.get();
    Binding.CURRENT.set(waiting);
    try {
      body.run();
    } finally {
      if (before == null) {
        Binding.CURRENT.remove();
      } else {
        Binding.CURRENT.set(before);
      }
    }
  }

  /** Where the binding is kept. */
  final class Binding {
    private static final ThreadLocal<Waiting> CURRENT = new ThreadLocal<>();
    private static final Waiting PARKING = what -> new ParkingSleeper();

    private Binding() {}
  }

  /** Parks its thread. */
  final class ParkingSleeper implements Sleeper {
    private final Thread thread = Thread.currentThread();
    private volatile boolean woken;

    private ParkingSleeper() {}

    @Override
    public boolean sleep(long nanos) {
      long deadline = System.nanoTime() + Math.min(nanos, TimeUnit.DAYS.toNanos(36_500));
      while (!woken) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(this, left);
        if (Thread.currentThread().isInterrupted()) {
          return true;
        }
      }
      return true;
    }

    @Override
    public void wake() {
      woken = true;
      LockSupport.unpark(thread);
    }
  }
}
