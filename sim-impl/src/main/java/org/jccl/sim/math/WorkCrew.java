package org.jccl.sim.math;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few daemon threads that help a caller with large work.
 *
 * <p>The caller works too. Each thread has a share of the chunks, the same one whenever work of
 * that size comes: programs use their buffers again and again, and find them in the caches of the
 * core that had them last. Whoever has done his own share takes what is left of others' from its
 * end: nobody waits for a thread that has not woken yet.
 *
 * <p>One caller at a time has the crew; another that comes meanwhile does its work alone. Threads
 * start with the first large work. Callers may be virtual or platform threads.
 */
public final class WorkCrew implements AutoCloseable {
  /** How long a helper looks for more work before it sleeps: about the cost of waking it. */
  private static final long LINGER_NANOS = 20_000;

  /**
   * How long a caller that is done looks for the helpers' end: longer than a chunk mostly takes.
   */
  private static final long PATIENCE_NANOS = 50_000;

  private final int helperCount;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final AtomicReference<@Nullable Job> current = new AtomicReference<>();
  private Thread @Nullable [] helpers;
  private volatile boolean closed;

  /** A crew of {@code size} threads, the caller included. */
  public WorkCrew(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("crew of " + size + ", expected at least 1");
    }
    this.helperCount = size - 1;
  }

  /** The crew that all data planes of this process share: one thread per processor. */
  public static WorkCrew common() {
    return Common.CREW;
  }

  /** Does all units, alone or with help, and returns when they are done. */
  void run(SharedWork work, long units, long chunk, Scratch scratch) {
    if (helperCount == 0 || units <= chunk || closed || !taken.compareAndSet(false, true)) {
      work.run(0, units, scratch);
      return;
    }
    try {
      share(new Job(work, units, chunk, helperCount + 1), scratch);
    } finally {
      taken.set(false);
    }
  }

  private void share(Job job, Scratch scratch) {
    Thread[] threads = started();
    current.set(job);
    for (int i = 0; i < job.shares - 1; i++) {
      LockSupport.unpark(threads[i]);
    }
    job.help(0, scratch);
    job.await();
    current.set(null);
    job.rethrow();
  }

  /** Only the thread that has the crew comes here. */
  private Thread[] started() {
    Thread[] threads = helpers;
    if (threads == null) {
      threads = new Thread[helperCount];
      for (int i = 0; i < helperCount; i++) {
        int share = i + 1;
        threads[i] =
            Thread.ofPlatform().daemon().name("jccl-data-" + i).start(() -> helpOthers(share));
      }
      helpers = threads;
    }
    return threads;
  }

  private void helpOthers(int share) {
    Scratch scratch = new Scratch();
    long idleSince = System.nanoTime();
    while (!closed) {
      Job job = current.get();
      if (job != null && job.help(share, scratch)) {
        idleSince = System.nanoTime();
      } else if (System.nanoTime() - idleSince < LINGER_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
        idleSince = System.nanoTime();
      }
    }
  }

  /** Ends the helpers; work given to a closed crew is done by its caller. */
  @Override
  public void close() {
    closed = true;
    while (!taken.compareAndSet(false, true)) {
      Thread.onSpinWait();
    }
    Thread[] threads = helpers;
    if (threads != null) {
      for (Thread thread : threads) {
        LockSupport.unpark(thread);
      }
    }
    taken.set(false);
  }

  /** One piece of work and who has done how much of it. */
  private static final class Job {
    /** Places between two shares' counters, which then lie in different cache lines. */
    private static final int APART = 16;

    private static final long MOST_CHUNKS = 1 << 30;

    private final SharedWork work;
    private final long units;
    private final long chunk;
    private final int shares;
    private final Thread owner = Thread.currentThread();

    /** The chunks that nobody has claimed: the first in the upper half, the end in the lower. */
    private final AtomicLongArray left;

    private final AtomicInteger open;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Job(SharedWork work, long units, long leastChunk, int most) {
      this.work = work;
      this.units = units;
      this.chunk = Math.max(leastChunk, units / MOST_CHUNKS);
      int chunks = Math.toIntExact((units + chunk - 1) / chunk);
      this.shares = Math.min(most, chunks);
      this.open = new AtomicInteger(chunks);
      this.left = new AtomicLongArray(shares * APART);
      for (int share = 0; share < shares; share++) {
        long first = (long) chunks * share / shares;
        long end = (long) chunks * (share + 1) / shares;
        left.setPlain(share * APART, first << 32 | end);
      }
    }

    /** Does chunks until all are claimed, own ones first; returns whether there were any. */
    boolean help(int own, Scratch scratch) {
      int done = 0;
      for (int mine = claim(own); mine >= 0; mine = claim(own)) {
        try {
          work.run(mine * chunk, Math.min(units, (mine + 1) * chunk), scratch);
        } catch (Throwable thrown) {
          failure.compareAndSet(null, thrown);
        }
        done++;
      }
      if (done > 0 && open.addAndGet(-done) == 0) {
        LockSupport.unpark(owner);
      }
      return done > 0;
    }

    /**
     * The next chunk of share {@code own}, or the last one of another share; -1 if none is left.
     */
    private int claim(int own) {
      for (int i = 0; i < shares; i++) {
        int share = (own + i) % shares;
        long now = left.get(share * APART);
        while ((int) (now >> 32) < (int) now) {
          long next = i == 0 ? now + (1L << 32) : now - 1;
          long seen = left.compareAndExchange(share * APART, now, next);
          if (seen == now) {
            return i == 0 ? (int) (now >> 32) : (int) now - 1;
          }
          now = seen;
        }
      }
      return -1;
    }

    void await() {
      long since = System.nanoTime();
      while (open.get() > 0) {
        if (System.nanoTime() - since < PATIENCE_NANOS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
    }

    void rethrow() {
      switch (failure.get()) {
        case null -> {}
        case Error error -> throw error;
        case RuntimeException exception -> throw exception;
        case Throwable other -> throw new IllegalStateException(other);
      }
    }
  }

  private static final class Common {
    static final WorkCrew CREW = new WorkCrew(Runtime.getRuntime().availableProcessors());
  }
}
