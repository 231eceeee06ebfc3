package org.jccl.sim.comm;

import org.jccl.MisuseKind;
import org.jccl.sim.check.Report;

/** The words of reports about threads that share a communicator (SIM-41, SIM-42, SIM-49). */
public final class Threads {
  private static final int MOST_FRAMES = 12;

  private Threads() {}

  /** The calling thread uses {@code endpoint} while {@code other} does. */
  public static Report race(Endpoint endpoint, Thread other, String why) {
    Thread self = Thread.currentThread();
    return new Report(
            MisuseKind.THREAD_RACE,
            " in "
                + endpoint.name()
                + ", rank "
                + endpoint.rank()
                + ": "
                + words(self)
                + " calls while "
                + words(other)
                + " "
                + why)
        .rank(endpoint.rank(), words(self), stack(self))
        .rank(endpoint.rank(), words(other), stack(other))
        .line("a communicator is used by one thread at a time (INIT-21, SIM-42)");
  }

  public static String words(Thread thread) {
    String name = thread.getName();
    return "thread " + (name.isEmpty() ? "#" + thread.threadId() : name);
  }

  private static String stack(Thread thread) {
    StringBuilder text = new StringBuilder();
    int frames = 0;
    for (StackTraceElement frame : thread.getStackTrace()) {
      boolean own =
          frame.getClassName().startsWith("java.lang.Thread")
              || frame.getClassName().equals(Threads.class.getName());
      if (!own && frames++ < MOST_FRAMES) {
        text.append(text.isEmpty() ? "at " : "\n    at ").append(frame);
      }
    }
    return text.isEmpty() ? "(it has ended)" : text.toString();
  }
}
