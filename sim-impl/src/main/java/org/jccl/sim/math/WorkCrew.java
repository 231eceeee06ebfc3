package org.jccl.sim.math;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few daemon threads that help a caller with large work.
 *
 * <p>The caller works too, and whoever is awake takes the next chunk from a shared counter: nobody
 * waits for a thread that has not woken yet. One caller at a time has the crew; another that comes
 * meanwhile does its work alone. Threads start with the first large work. Callers may be virtual or
 * platform threads.
 */
public final class WorkCrew implements AutoCloseable {
  /** How long a helper looks for more work before it sleeps: about the cost of waking it. */
  private static final long LINGER_NANOS = 20_000;

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
  void run(Work work, long units, long chunk, Scratch scratch) {
    if (helperCount == 0 || units <= chunk || closed || !taken.compareAndSet(false, true)) {
      work.run(0, units, scratch);
      return;
    }
    try {
      share(new Job(work, units, chunk), scratch);
    } finally {
      taken.set(false);
    }
  }

  private void share(Job job, Scratch scratch) {
    Thread[] threads = started();
    current.set(job);
    long wanted = Math.min(threads.length, job.chunks - 1);
    for (int i = 0; i < wanted; i++) {
      LockSupport.unpark(threads[i]);
    }
    job.help(scratch);
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
        threads[i] = Thread.ofPlatform().daemon().name("jccl-data-" + i).start(this::helpOthers);
      }
      helpers = threads;
    }
    return threads;
  }

  private void helpOthers() {
    Scratch scratch = new Scratch();
    long idleSince = System.nanoTime();
    while (!closed) {
      Job job = current.get();
      if (job != null && job.help(scratch)) {
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
    private final Work work;
    private final long units;
    private final long chunk;
    private final long chunks;
    private final Thread owner = Thread.currentThread();
    private final AtomicLong claimed = new AtomicLong();
    private final AtomicLong open;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Job(Work work, long units, long chunk) {
      this.work = work;
      this.units = units;
      this.chunk = chunk;
      this.chunks = (units + chunk - 1) / chunk;
      this.open = new AtomicLong(chunks);
    }

    /** Does chunks until all are claimed; returns whether there were any. */
    boolean help(Scratch scratch) {
      boolean helped = false;
      long mine = claimed.getAndIncrement();
      while (mine < chunks) {
        helped = true;
        try {
          work.run(mine * chunk, Math.min(units, (mine + 1) * chunk), scratch);
        } catch (Throwable thrown) {
          failure.compareAndSet(null, thrown);
        }
        if (open.decrementAndGet() == 0) {
          LockSupport.unpark(owner);
        }
        mine = claimed.getAndIncrement();
      }
      return helped;
    }

    void await() {
      for (int spins = 0; open.get() > 0; spins++) {
        if (spins < 1000) {
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
