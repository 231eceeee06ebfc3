package org.jccl.conformance.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The threads of one program: what one throws, {@link #join} throws. */
public final class Threads {
  private final List<Thread> all = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Starts one. */
  public void start(Runnable body) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
              }
            });
    all.add(thread);
    thread.start();
  }

  /** Waits for all. */
  public void join() {
    try {
      for (Thread thread : all) {
        thread.join();
      }
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
  }
}
