package org.jccl.sim;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread that looks now and then whether the runs of this JVM go on: most do, and a thread for
 * each would cost more than a small run. It changes nothing and calls no code of a program, so that
 * no run can keep it from the others.
 */
final class WatchThread {
  /** A run that is looked after. */
  interface Watched {
    /** Looks whether it has gone on since the last look; else it looks after itself from now on. */
    void look();
  }

  private static final long PERIOD = 10_000_000;

  /** The thread ends when there has been nothing to look after for so many looks. */
  private static final int MOST_IDLE = 100;

  private static final Set<Watched> ALL = ConcurrentHashMap.newKeySet();
  private static final Object LOCK = new Object();
  private static @Nullable Thread thread;

  private WatchThread() {}

  /** From now on it looks after {@code run}. */
  static void add(Watched run) {
    ALL.add(run);
    synchronized (LOCK) {
      if (thread == null) {
        thread = Thread.ofPlatform().daemon().name("jccl-stall-watch").start(WatchThread::watch);
      }
    }
  }

  /** No longer. */
  static void remove(Watched run) {
    ALL.remove(run);
  }

  private static void watch() {
    int idle = 0;
    while (idle <= MOST_IDLE || !ends()) {
      LockSupport.parkNanos(PERIOD);
      idle = ALL.isEmpty() ? idle + 1 : 0;
      try {
        for (Watched run : ALL) {
          run.look();
        }
      } catch (OutOfMemoryError full) {
        // A rank has it all: its own failure will say so. The next look comes soon.
      }
    }
  }

  private static boolean ends() {
    synchronized (LOCK) {
      boolean over = ALL.isEmpty();
      if (over) {
        thread = null;
      }
      return over;
    }
  }
}
