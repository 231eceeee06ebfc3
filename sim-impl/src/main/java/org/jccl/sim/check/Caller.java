package org.jccl.sim.check;

import org.jccl.ops.Call;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** The thread that makes the calls of one rank, and where it makes them: for reports. */
public final class Caller {
  private final int rank;
  private final int device;
  private @Nullable HostTask task;
  private boolean issuing;

  /**
   * The caller for {@code rank}.
   *
   * @param device the index of the rank's device
   * @param task the thread that made the rank, if it is known
   */
  public Caller(int rank, int device, @Nullable HostTask task) {
    this.rank = rank;
    this.device = device;
    isNow(task);
  }

  /** The rank that it calls for. */
  public int rank() {
    return rank;
  }

  /** The thread that called last, or that made the rank. */
  public @Nullable HostTask task() {
    return task;
  }

  /** Another thread may call now. */
  public void isNow(@Nullable HostTask value) {
    task = value;
    if (value != null && !value.isOwned()) {
      value.actsAt(device);
    }
  }

  /** A call begins or ends: while it is issued, its place is where the thread is. */
  public void isIssuing(boolean value) {
    issuing = value;
  }

  /** Virtual time of the thread. */
  public long time() {
    return task == null ? 0 : task.clock();
  }

  /** Where it made {@code call}, or where it is now; null if that is unknown. */
  public @Nullable String site(Call call) {
    HostTask known = task;
    if (call.site() != null) {
      return "at " + call.site();
    }
    if (known != null && known.thread() == Thread.currentThread() && issuing) {
      return here();
    }
    String now = whereIs();
    return now == null ? null : now + "\n    (its call site: replay with checks FULL)";
  }

  /** Where the running call was made; null if none is being issued. */
  public @Nullable String siteOfIssue() {
    return issuing ? here() : null;
  }

  private static String here() {
    return "at " + CallSite.current();
  }

  /** Where the thread is now, or null. */
  public @Nullable String whereIs() {
    String now = task == null || !task.isOwned() ? null : CallSite.of(task.thread());
    return now == null ? null : "now at " + now;
  }
}
