package org.jccl.sim.math;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jccl.conformance.concurrency.Threads;

/** Two callers give a crew of three work at once: each unit is done once, and both come back. */
public final class WorkCrewProgram implements Runnable {
  private static final int UNITS = 5;

  @Override
  public void run() {
    try (WorkCrew crew = new WorkCrew(3)) {
      Threads threads = new Threads();
      threads.start(() -> workTwice(crew));
      threads.start(() -> workTwice(crew));
      threads.join();
    }
  }

  private static void workTwice(WorkCrew crew) {
    for (int call = 0; call < 2; call++) {
      AtomicIntegerArray done = new AtomicIntegerArray(UNITS);
      crew.run(
          (from, to, scratch) -> {
            for (long unit = from; unit < to; unit++) {
              done.incrementAndGet((int) unit);
            }
          },
          UNITS,
          1,
          new Scratch());
      for (int unit = 0; unit < UNITS; unit++) {
        if (done.get(unit) != 1) {
          throw new AssertionError("unit " + unit + " was done " + done.get(unit) + " times");
        }
      }
    }
  }
}
