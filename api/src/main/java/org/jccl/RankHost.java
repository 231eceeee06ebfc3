package org.jccl;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a backend's ranks in this JVM, and how they meet: platform threads where the
 * native library keeps thread state, threads that take turns in the simulator. {@link Ranks} runs
 * programs on it.
 */
public interface RankHost {
  /** What each rank's thread runs; it throws nothing. */
  @FunctionalInterface
  interface Body {
    /**
     * Runs as {@code rank}.
     *
     * @param rank the rank
     */
    void run(int rank);

    /** {@return whether a rank has failed, so that the others are waited for only a while} */
    default boolean hasFailed() {
      return false;
    }

    /** {@return how long the others are waited for once a rank has failed} */
    default Duration grace() {
      return Duration.ofMinutes(1);
    }

    /**
     * A rank does not end: its thread is left behind, and its body may still run.
     *
     * @param rank the rank
     * @param thread the thread
     * @param why why the host gave it up, if it is a reason of its own, or null
     */
    default void leave(int rank, Thread thread, @Nullable RuntimeException why) {}
  }

  /**
   * Starts one thread a rank, waits until all bodies have returned. Interrupting the caller
   * interrupts the rank threads; the exception comes once their bodies have returned.
   *
   * <p>Once a rank has failed, or the caller was interrupted, the others are waited for only a
   * while: threads that do not end are left behind, and the body is told.
   *
   * @param worldSize number of ranks
   * @param body what is run
   * @throws InterruptedException if the thread is interrupted
   */
  void run(int worldSize, Body body) throws InterruptedException;

  /**
   * {@return what the calling rank's program has failed of: {@code failure}, or what the host did
   * to it and made it throw that}
   *
   * @param failure what the program threw
   */
  default Throwable explain(Throwable failure) {
    return failure;
  }

  /**
   * {@return a process group inside this JVM, one member a rank, for the threads of {@link #run}}
   *
   * @param worldSize number of ranks
   */
  List<ProcessGroup> processGroups(int worldSize);

  /**
   * Runs {@code body}, which may block outside jccl, on a rank's thread.
   *
   * @param <T> what the body returns
   * @param body what is run
   * @return what the body returned
   * @throws Exception what the body throws
   */
  <T> T blocking(Callable<T> body) throws Exception;

  /**
   * The first failure of a run: what comes after it is its consequence, and no finding of its own.
   *
   * @param rank the rank whose program failed
   * @param failure what it threw
   */
  default void failed(int rank, Throwable failure) {}

  /**
   * The program of a rank is about to begin: its communicator is open, and those of all others are.
   *
   * @param rank the rank, whose thread calls
   */
  default void begins(int rank) {}

  /**
   * {@return whether the process that stands for a rank is gone, as a rehearsed fault can make it:
   * what its thread throws then is no failure, and nothing of it is closed}
   *
   * @param rank the rank
   */
  default boolean isGone(int rank) {
    return false;
  }

  /**
   * {@return what was made to go wrong in the run on purpose, the first cause first; a text each,
   * of one line or more}
   */
  default List<String> causes() {
    return List.of();
  }

  /**
   * The calling thread's program has ended: what jccl does on it from now on is no call of it.
   *
   * @param rank the rank
   */
  default void ended(int rank) {}

  /** {@return what one needs to run the same again: schedule and versions; empty if unknown} */
  default String replay() {
    return "";
  }
}
