package org.jccl.sim.kernel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The threads that the simulator did not start and that have used it. They are all that can change
 * anything in it, except a thread that has not come yet.
 */
final class ForeignThreads {
  /** Threads of test frameworks and of jccl wake up by the clock and change nothing here. */
  private static final List<String> BYSTANDERS = List.of("jccl-", "junit-", "surefire-");

  private static final List<String> ALARM_CLOCKS =
      List.of("ScheduledThreadPoolExecutor", "java.util.Timer", "DelayScheduler");

  private final ThreadTasks threads;

  ForeignThreads(ThreadTasks threads) {
    this.threads = threads;
  }

  /** In the order in which they came; the last ones that have ended are among them. */
  List<HostTask> tasks() {
    return threads.foreign();
  }

  List<HostTask> blocked() {
    return tasks().stream().filter(task -> task.state == HostTask.State.BLOCKED).toList();
  }

  /**
   * Whether one of them, but {@code asker}, runs, sleeps or waits with a limit: it comes back by
   * itself.
   */
  boolean anyMayReturn(@Nullable HostTask asker) {
    for (HostTask task : tasks()) {
      boolean returns =
          task.state == HostTask.State.BLOCKED
              ? task.isLimited() && task.isLimitShort
              : mayReturn(task.thread);
      if (task != asker && returns) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayReturn(Thread thread) {
    return switch (thread.getState()) {
      case RUNNABLE, TIMED_WAITING, NEW -> true;
      case WAITING, BLOCKED, TERMINATED -> false;
    };
  }

  /**
   * Whether a thread that has not used the simulator yet is going to wake up, as a watchdog does.
   */
  static boolean anyAlarmIsSet() {
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      Thread thread = each.getKey();
      // Its state last: most threads are told by their names and stacks.
      if (BYSTANDERS.stream().noneMatch(thread.getName()::startsWith)
          && isAlarmClock(each.getValue())
          && thread.getState() == Thread.State.TIMED_WAITING) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAlarmClock(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String where = frame.getClassName();
      boolean sleeps =
          where.equals("java.lang.Thread") && frame.getMethodName().startsWith("sleep");
      if (sleeps || ALARM_CLOCKS.stream().anyMatch(where::contains)) {
        return true;
      }
    }
    return false;
  }
}
