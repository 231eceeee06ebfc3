package org.jccl.benchmarks.bench;

/**
 * Decides how long operations run before they are measured: for the time given, and longer while
 * they have been so slow that the JVM saw few of them. Code that it has not compiled may be a
 * hundred times slower, and needs many calls rather than much time to be compiled.
 */
final class Settling {
  private static final long ENOUGH_CALLS = 1000;
  private static final long PATIENCE = 5;

  private final long began = System.nanoTime();
  private final long nanos;
  private long calls;

  /** Begins now. */
  Settling(long nanos) {
    this.nanos = nanos;
  }

  /** Whether to go on after {@code more} further calls. */
  boolean goesOnAfter(long more) {
    calls += more;
    long elapsed = System.nanoTime() - began;
    return elapsed < nanos || (calls < ENOUGH_CALLS && elapsed < PATIENCE * nanos);
  }
}
