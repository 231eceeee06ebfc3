package org.jccl.sim.comm;

import org.jccl.conformance.concurrency.Threads;

/**
 * Two threads use communicators that share resources at once, then one alone: who is inside may be
 * missed, but nobody who has gone may be named.
 */
public final class ThreadGuardProgram implements Runnable {
  private final ThreadGuard guard = new ThreadGuard();

  @Override
  public void run() {
    Threads threads = new Threads();
    threads.start(this::comeTwice);
    threads.start(this::comeTwice);
    threads.join();
    if (guard.enter() != null) {
      throw new AssertionError("a thread that has gone is named");
    }
    guard.exit();
  }

  private void comeTwice() {
    for (int call = 0; call < 2; call++) {
      if (guard.enter() == Thread.currentThread()) {
        throw new AssertionError("a thread is told of itself");
      }
      guard.exit();
    }
  }
}
