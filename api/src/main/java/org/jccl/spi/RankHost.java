package org.jccl.spi;

import java.util.concurrent.Callable;

/**
 * Runs one body per rank on threads of the right kind: platform threads where the native library
 * keeps thread state, threads that hold the baton in the simulator.
 */
public interface RankHost {
  /** What each rank's thread runs; it throws nothing. */
  @FunctionalInterface
  interface Body {
    /** Runs as {@code rank}. */
    void run(int rank);
  }

  /**
   * Starts one thread a rank, waits until all bodies have returned. Interrupting the caller
   * interrupts the rank threads; the exception comes once their bodies have returned.
   */
  void run(int worldSize, Body body) throws InterruptedException;

  /** Runs {@code body}, which may block outside jccl, on a rank's thread. */
  <T> T blocking(Callable<T> body) throws Exception;
}
