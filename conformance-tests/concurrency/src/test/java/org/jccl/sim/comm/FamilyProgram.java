package org.jccl.sim.comm;

import org.jccl.conformance.concurrency.Threads;

/**
 * Two threads use a family of communicators at once, then one alone: who is inside may be missed,
 * but nobody who has gone may be named.
 */
public final class FamilyProgram implements Runnable {
  private final Family family = new Family();

  @Override
  public void run() {
    Threads threads = new Threads();
    threads.start(this::comeTwice);
    threads.start(this::comeTwice);
    threads.join();
    if (family.comesIn() != null) {
      throw new AssertionError("a thread that has gone is named");
    }
    family.goesOut();
  }

  private void comeTwice() {
    for (int call = 0; call < 2; call++) {
      if (family.comesIn() == Thread.currentThread()) {
        throw new AssertionError("a thread is told of itself");
      }
      family.goesOut();
    }
  }
}
