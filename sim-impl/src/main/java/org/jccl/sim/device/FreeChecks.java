package org.jccl.sim.device;

import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Findings;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.Hazards.Access;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** Whether memory may be freed now: work that uses it, and what was registered over it. */
final class FreeChecks {
  private final DeviceContext context;

  FreeChecks(DeviceContext context) {
    this.context = context;
  }

  /**
   * Whether memory that is in use is freed by a program that unwinds. It stays, since what uses it
   * may still run, and counts as freed.
   */
  boolean isExcused(Allocation allocation, HostTask task) {
    return context.simulation().findings().excuses(MisuseKind.BUFFER_FREED)
        && (!allocation.holders().isEmpty()
            || context.hazards().isUsed(allocation.address(), allocation.end(), task));
  }

  /**
   * Throws what is wrong with freeing it now. If the program is unwinding nothing is thrown: true,
   * and it stays as with {@link #isExcused}.
   */
  boolean isDeferred(Allocation allocation, HostTask task) {
    ReportBuilder wrong = usedBy(allocation, task);
    if (wrong == null) {
      wrong = heldBy(allocation, task);
    }
    Findings findings = context.simulation().findings();
    if (wrong == null) {
      return false;
    }
    if (findings.defers(wrong)) {
      return true;
    }
    throw findings.keep(wrong);
  }

  private ReportBuilder freedWhile(Allocation allocation, String what) {
    return new ReportBuilder(
        MisuseKind.BUFFER_FREED,
        " on device "
            + context.index()
            + ": allocation "
            + allocation.number()
            + " ("
            + allocation.bytes().byteSize()
            + " bytes) is freed while "
            + what);
  }

  private @Nullable ReportBuilder usedBy(Allocation allocation, HostTask task) {
    Access user = context.hazards().user(allocation.address(), allocation.end(), null, task);
    if (user == null) {
      return null;
    }
    return freedWhile(allocation, user.by().words() + " still uses it")
        .rank(user.by().rank(), user.by().words() + " " + user.words() + " it", user.by().site())
        .rank(context.rankOf(task), "frees it", "at " + CallSite.current())
        .line("synchronize the stream first (SIM-29)");
  }

  /** Windows and registrations must be closed before the memory under them is freed (MEM-06). */
  private @Nullable ReportBuilder heldBy(Allocation allocation, HostTask task) {
    if (allocation.holders().isEmpty() || !context.simulation().isChecking()) {
      return null;
    }
    MemoryHolder holder = allocation.holders().getFirst();
    return freedWhile(allocation, holder.words() + " over it is open")
        .rank(
            holder.rank(),
            "made " + holder.words(),
            holder.site() == null ? null : "at " + holder.site())
        .rank(context.rankOf(task), "frees the memory", "at " + CallSite.current())
        .line("close what was registered before its memory is freed (MEM-06, SIM-55)");
  }
}
