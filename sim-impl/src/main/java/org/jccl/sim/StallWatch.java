package org.jccl.sim;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jccl.MisuseKind;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * Notices a rank that keeps the baton without a call for long: it computes, which is its right, or
 * it blocks on something outside jccl, which is reported with its stack. The one judgement by wall
 * clock.
 */
final class StallWatch {
  private final Kernel kernel;
  private final Duration limit;
  private final Consumer<String> warnings;

  StallWatch(Kernel kernel, Duration limit, Consumer<String> warnings) {
    this.kernel = kernel;
    this.limit = limit;
    this.warnings = warnings;
  }

  /** Watches until the guard is closed. */
  Guard start() {
    return new Guard();
  }

  /** One watched run. */
  final class Guard implements AutoCloseable {
    private final Thread thread =
        Thread.ofPlatform().daemon().name("jccl-stall-watch").start(this::watch);
    private volatile boolean closed;

    private void watch() {
      HostTask suspect = null;
      long before = -1;
      while (!closed) {
        LockSupport.parkNanos(limit.toNanos());
        HostTask holder = kernel.holder();
        long now = kernel.progress();
        if (!closed && now == before) {
          judge(holder, suspect);
        }
        suspect = holder;
        before = now;
      }
    }

    private void judge(@Nullable HostTask holder, @Nullable HostTask suspect) {
      if (holder == null) {
        kernel.breakStall();
      } else if (holder.equals(suspect) && holder.isOwned() && isBlocked(holder.thread())) {
        warnings.accept(report(holder));
        holder.thread().interrupt();
      }
    }

    @Override
    public void close() {
      closed = true;
      LockSupport.unpark(thread);
    }
  }

  private static boolean isBlocked(Thread thread) {
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      case NEW, RUNNABLE, TERMINATED -> false;
    };
  }

  private static String report(HostTask task) {
    StringBuilder text = new StringBuilder(MisuseKind.HOST_BLOCKED.name());
    text.append(": rank ").append(task.rank()).append(" blocks outside jccl (");
    text.append(task.thread().getState());
    text.append(") and keeps all other ranks from running: use rank.blocking(() -> …) there");
    for (StackTraceElement frame : task.thread().getStackTrace()) {
      text.append("\n    at ").append(frame);
    }
    return text.toString();
  }
}
