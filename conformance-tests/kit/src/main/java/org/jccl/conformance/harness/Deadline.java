package org.jccl.conformance.harness;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jccl.RankHost;
import org.jspecify.annotations.Nullable;

/**
 * Runs rank bodies and comes back, whatever they do. Bodies that are late are interrupted and left
 * behind on daemon threads; the caller gets every rank's stack instead of a stuck build.
 */
final class Deadline {
  private static final int MAX_FRAMES = 25;
  private static final long GRACE_MILLIS = 3_000;

  private final RankHost host;
  private final int first;
  private final int ranks;
  private final Duration limit;

  /** The thread of each rank that has begun. */
  private final AtomicReferenceArray<@Nullable Thread> threads;

  private final AtomicReferenceArray<@Nullable Boolean> ended;

  Deadline(RankHost host, int ranks, Duration limit) {
    this(host, 0, ranks, limit);
  }

  /** For the ranks from {@code first} on. */
  Deadline(RankHost host, int first, int ranks, Duration limit) {
    this.host = host;
    this.first = first;
    this.ranks = ranks;
    this.limit = limit;
    this.threads = new AtomicReferenceArray<>(ranks);
    this.ended = new AtomicReferenceArray<>(ranks);
  }

  /**
   * Runs {@code body} on every rank.
   *
   * @param giveUp ends what the ranks may wait for; runs on a thread of its own, since it may hang
   *     like they do
   * @return null if all ranks came back in time, else where each one was
   */
  @Nullable String run(RankHost.Body body, Runnable giveUp) {
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> hostFailure = new AtomicReference<>();
    Thread runner =
        daemon(
            "conformance-ranks",
            () -> {
              try {
                host.run(ranks, thread -> noted(thread, body));
              } catch (Throwable failure) {
                hostFailure.set(failure);
              } finally {
                done.countDown();
              }
            });
    boolean inTime = awaitFairly(done);
    if (!inTime) {
      String stacks = stacks();
      daemon("conformance-give-up", giveUp);
      interruptAll(runner);
      boolean came = awaitUninterrupted(done, GRACE_MILLIS);
      return stacks + (came ? "" : "\n  and they did not come back when interrupted");
    }
    Throwable failure = hostFailure.get();
    if (failure != null) {
      throw new IllegalStateException("the ranks could not be run: " + failure, failure);
    }
    return null;
  }

  private void noted(int thread, RankHost.Body body) {
    threads.set(thread, Thread.currentThread());
    try {
      body.run(first + thread);
    } finally {
      ended.set(thread, true);
    }
  }

  private static Thread daemon(String name, Runnable body) {
    return Thread.ofPlatform().daemon().name(name).start(body);
  }

  private boolean awaitFairly(CountDownLatch latch) {
    try {
      return FairTime.await(
          ProcessHandle.current().pid(),
          limit,
          time -> latch.await(time.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean awaitUninterrupted(CountDownLatch latch, long millis) {
    try {
      return latch.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void interruptAll(Thread runner) {
    for (int rank = 0; rank < ranks; rank++) {
      Thread thread = threads.get(rank);
      if (thread != null && ended.get(rank) == null) {
        thread.interrupt();
      }
    }
    runner.interrupt();
  }

  private String stacks() {
    StringBuilder text = new StringBuilder();
    for (int rank = 0; rank < ranks; rank++) {
      text.append("\n  rank ").append(first + rank);
      Thread thread = threads.get(rank);
      if (thread == null) {
        text.append(" has not begun");
      } else if (ended.get(rank) != null) {
        text.append(" is done");
      } else {
        StackTraceElement[] frames = thread.getStackTrace();
        text.append(" (").append(thread.getState()).append("):");
        for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
          text.append("\n    at ").append(frames[i]);
        }
      }
    }
    return text.toString();
  }
}
