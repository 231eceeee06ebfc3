package org.jccl.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Runs one body a rank on platform threads and gives back what each returned or threw. */
public final class Crew<T> {
  /** How long a test waits for its threads before it fails instead of hanging. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What one rank does. */
  @FunctionalInterface
  public interface Work<T> {
    /** Runs as {@code rank}. */
    T run(int rank) throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReferenceArray<T> results;
  private final AtomicReferenceArray<Throwable> failures;

  private Crew(int size) {
    results = new AtomicReferenceArray<>(size);
    failures = new AtomicReferenceArray<>(size);
  }

  /** Starts the threads. */
  public static <T> Crew<T> start(int size, Work<T> work) {
    Crew<T> crew = new Crew<>(size);
    for (int rank = 0; rank < size; rank++) {
      int own = rank;
      crew.threads.add(
          Thread.ofPlatform().daemon().name("crew " + rank).start(() -> crew.perform(own, work)));
    }
    return crew;
  }

  /** Starts the threads and waits for them. */
  public static <T> Crew<T> run(int size, Work<T> work) {
    return start(size, work).join();
  }

  private void perform(int rank, Work<T> work) {
    try {
      results.set(rank, work.run(rank));
    } catch (Throwable failure) {
      failures.set(rank, failure);
    }
  }

  /** The thread of one rank. */
  public Thread thread(int rank) {
    return threads.get(rank);
  }

  /** Waits for all threads; fails with their stacks if one does not end. */
  public Crew<T> join() {
    for (Thread thread : threads) {
      try {
        assertThat(thread.join(PATIENCE))
            .as("%s ended; it is at %s", thread.getName(), List.of(thread.getStackTrace()))
            .isTrue();
      } catch (InterruptedException interrupt) {
        throw new AssertionError("the test was interrupted", interrupt);
      }
    }
    return this;
  }

  /** What a rank returned; fails if it threw. */
  public T result(int rank) {
    if (failures.get(rank) != null) {
      throw new AssertionError("rank " + rank + " failed", failures.get(rank));
    }
    return results.get(rank);
  }

  /** What a rank threw, or null. */
  public Throwable failure(int rank) {
    return failures.get(rank);
  }

  /** Fails if a rank threw. */
  public void requireNoFailure() {
    for (int rank = 0; rank < failures.length(); rank++) {
      result(rank);
    }
  }
}
