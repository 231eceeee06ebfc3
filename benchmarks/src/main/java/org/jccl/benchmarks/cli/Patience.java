package org.jccl.benchmarks.cli;

import java.util.concurrent.TimeUnit;

/** Does something when nothing has been heard for a while, until it is closed. */
final class Patience implements AutoCloseable {
  private final long nanos;
  private final Thread watch;
  private volatile long last = System.nanoTime();

  /** Does {@code end} when {@link #again} was not called for so many seconds. */
  Patience(long seconds, Runnable end) {
    nanos = TimeUnit.SECONDS.toNanos(seconds);
    watch = Thread.ofPlatform().daemon().name("jccl-patience").start(() -> watch(end));
  }

  private void watch(Runnable end) {
    try {
      while (System.nanoTime() - last < nanos) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      end.run();
    } catch (InterruptedException closed) {
      // It goes on no longer.
    }
  }

  /** Something was heard. */
  void again() {
    last = System.nanoTime();
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
