package org.jccl.sim.check;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jccl.MisuseKind;
import org.jccl.UserCode;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Ranks that wait or loop outside jccl while nothing else can run: each with its stack, and what
 * the others wait for meanwhile.
 */
public final class HostBlockedReport {
  private static final int MOST_FRAMES = 24;

  /** The methods of a future in which a thread waits. */
  private static final Set<String> WAITS = Set.of("waitingGet", "timedGet", "join", "get");

  private HostBlockedReport() {}

  /**
   * The report.
   *
   * @param tasks all ranks of the run
   * @param stuck those that are outside, at least one
   */
  public static ReportBuilder of(List<HostTask> tasks, List<HostTask> stuck) {
    HostTask first = stuck.getFirst();
    ReportBuilder report =
        new ReportBuilder(
            MisuseKind.HOST_BLOCKED,
            ": "
                + DeadlockReport.ranks(stuck.stream().map(HostTask::rank).toList())
                + (isRunning(first) ? " run" : " block")
                + (stuck.size() == 1 ? "s" : "")
                + (isRunning(first) ? " on and on" : "")
                + " outside jccl, and nothing else can run");
    report.among(stuck.stream().map(HostTask::rank).toList());
    MonitorOwners owners = MonitorOwners.among(stuck.stream().map(HostTask::thread).toList());
    for (HostTask task : stuck) {
      Thread thread = task.thread();
      String owner = owners.ownerFor(thread, id -> name(tasks, id), id -> stack(tasks, id));
      describe(report, task, owner);
    }
    tasks.stream()
        .filter(task -> !stuck.contains(task))
        .limit(DeadlockReport.MOST_RANKS_LISTED)
        .forEach(task -> report.line(DeadlockReport.line(task)));
    return report.line(
        "inside rank.blocking(() -> …) a rank may wait for what other ranks or threads do; without"
            + " it, or in a circle, it keeps them from doing it");
  }

  /** Whether it waits for a future, and has one of a stream whose work has not come. */
  public static boolean isInFuture(HostTask task) {
    if (task.openFuture() == null) {
      return false;
    }
    for (StackTraceElement frame : task.thread().getStackTrace()) {
      if (frame.getClassName().equals(CompletableFuture.class.getName())) {
        return WAITS.contains(frame.getMethodName());
      }
    }
    return false;
  }

  private static @Nullable String name(List<HostTask> tasks, long thread) {
    for (HostTask task : tasks) {
      if (task.thread().threadId() == thread) {
        return "rank " + task.rank();
      }
    }
    return null;
  }

  private static StackTraceElement[] stack(List<HostTask> tasks, long thread) {
    for (HostTask task : tasks) {
      if (task.thread().threadId() == thread) {
        return task.thread().getStackTrace();
      }
    }
    return new StackTraceElement[0];
  }

  private static boolean isRunning(HostTask task) {
    return task.thread().getState() == Thread.State.RUNNABLE;
  }

  private static void describe(ReportBuilder report, HostTask task, @Nullable String owner) {
    Object blocker = LockSupport.getBlocker(task.thread());
    StringBuilder text = new StringBuilder("rank " + task.rank());
    text.append(" is outside jccl (").append(task.thread().getState());
    if (owner != null) {
      text.append(' ').append(owner);
    } else if (blocker != null) {
      text.append(" on a ").append(blocker.getClass().getName());
    }
    text.append(')');
    UserCode.standing(task.thread().getStackTrace(), MOST_FRAMES)
        .forEach(frame -> text.append("\n    at ").append(frame));
    Wait open = task.waitingFor();
    if (open != null) {
      text.append("\n    it has a future of ").append(open.describe());
      open.root().operations().forEach(each -> text.append("\n    stuck: ").append(each));
    }
    report.line(text.toString());
  }
}
