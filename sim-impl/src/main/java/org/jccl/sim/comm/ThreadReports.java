package org.jccl.sim.comm;

import org.jccl.MisuseKind;
import org.jccl.sim.check.ReportBuilder;

/** The words of reports about threads that share a communicator (SIM-41, SIM-42, SIM-49). */
public final class ThreadReports {
  private static final int MOST_FRAMES = 12;

  private ThreadReports() {}

  /** The calling thread uses {@code member} while {@code other} does. */
  public static ReportBuilder race(CommMember member, Thread other, String why) {
    Thread self = Thread.currentThread();
    return new ReportBuilder(
            MisuseKind.THREAD_RACE,
            " in "
                + member.comm().name()
                + ", "
                + member.name()
                + ": "
                + words(self)
                + " calls while "
                + words(other)
                + " "
                + why)
        .rank(member.caller(), words(self), stack(self))
        .rank(member.caller(), words(other), stack(other))
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
              || frame.getClassName().equals(ThreadReports.class.getName());
      if (!own && frames++ < MOST_FRAMES) {
        text.append(text.isEmpty() ? "at " : "\n    at ").append(frame);
      }
    }
    return text.isEmpty() ? "(it has ended)" : text.toString();
  }
}
