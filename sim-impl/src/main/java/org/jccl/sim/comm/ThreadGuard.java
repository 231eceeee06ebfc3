package org.jccl.sim.comm;

import java.util.concurrent.atomic.AtomicReference;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * Notices a second thread inside calls on a communicator, or on one that it shares resources with
 * (rule INIT-21; SIM-42, SIM-49).
 */
public final class ThreadGuard {
  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private @Nullable HostTask waiter;
  private @Nullable OpenGroup openGroup;

  /**
   * The calling thread comes in, before it has the baton; the thread that is inside, or null.
   * Cheap, and so no lock: it notices what really overlaps.
   */
  public @Nullable Thread enter() {
    Thread other = inside.getAcquire();
    Thread self = Thread.currentThread();
    if (other == null) {
      inside.setRelease(self);
      return null;
    }
    return other == self ? null : other;
  }

  /** The calling thread has left. */
  public void exit() {
    if (inside.getPlain() == Thread.currentThread()) {
      inside.setRelease(null);
    }
  }

  /** The thread that waits inside a call, or null. */
  public void waits(@Nullable HostTask task) {
    waiter = task;
  }

  /** The thread that waits inside a call, or null. */
  public @Nullable HostTask waiter() {
    return waiter;
  }

  /** The group that holds calls, or null. */
  public void isHeldBy(@Nullable OpenGroup group) {
    openGroup = group;
  }

  /** The group that holds calls, or null. */
  public @Nullable OpenGroup openGroup() {
    return openGroup;
  }

  /**
   * Throws if another thread is inside a call.
   *
   * @param member for whom {@code task} calls
   * @param other the thread that {@link #enter} found inside, or null
   */
  public void requireAlone(CommMember member, HostTask task, @Nullable Thread other) {
    HostTask waiting = waiter;
    Thread second = waiting != null && waiting != task ? waiting.thread() : other;
    if (second != null && member.comm().simulation().isChecking()) {
      member
          .comm()
          .throwIfError(ThreadReports.race(member, second, "is inside a call on it", null));
    }
  }
}
