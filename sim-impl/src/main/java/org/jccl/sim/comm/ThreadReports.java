package org.jccl.sim.comm;

import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jspecify.annotations.Nullable;

/** The words of reports about threads that share a communicator (SIM-41, SIM-42, SIM-49). */
public final class ThreadReports {
  private ThreadReports() {}

  /**
   * The calling thread uses {@code member} while {@code other} does.
   *
   * @param site the line at which the other one does so; where it is now if that is null
   */
  public static ReportBuilder race(
      CommMember member, Thread other, String why, @Nullable Object site) {
    Thread self = Thread.currentThread();
    Object place = site == null ? CallSite.of(other) : site;
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
        .rank(member.caller(), words(self) + " calls", "at " + CallSite.current())
        .rank(member.caller(), words(other) + " " + why, place == null ? null : "at " + place)
        .line("a communicator is used by one thread at a time (INIT-21, SIM-42)");
  }

  /** What reports call a thread. */
  public static String words(Thread thread) {
    String name = thread.getName();
    return "thread " + (name.isEmpty() ? "#" + thread.threadId() : name);
  }
}
