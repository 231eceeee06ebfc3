package org.jccl;

import java.util.List;
import java.util.concurrent.Callable;

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
  }

  /**
   * Starts one thread a rank, waits until all bodies have returned. Interrupting the caller
   * interrupts the rank threads; the exception comes once their bodies have returned.
   *
   * @param worldSize number of ranks
   * @param body what is run
   * @throws InterruptedException if the thread is interrupted
   */
  void run(int worldSize, Body body) throws InterruptedException;

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

  /** {@return what one needs to run the same again: schedule and versions; empty if unknown} */
  default String replay() {
    return "";
  }
}
