package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.MisuseKind;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The host memory of the enqueued copies of one device: finds what was changed (SIM-28) or freed
 * (SIM-29) before somebody had waited for its copy.
 *
 * <p>A copy may have run long before the host touches its memory too early: it depends on the
 * schedule. So memory is looked at when the copy runs and when the host learns that it has.
 */
final class HostUses {
  private final int device;
  private final @Nullable HappensBefore order;
  private final Consumer<ReportBuilder> reports;
  private final List<HostUse> open = new ArrayList<>();
  private boolean used;

  /**
   * @param device the number of the device
   * @param order what is ordered before what, or null where nobody keeps that
   * @param reports takes what is found
   */
  HostUses(int device, @Nullable HappensBefore order, Consumer<ReportBuilder> reports) {
    this.device = device;
    this.order = order;
    this.reports = reports;
  }

  void enqueued(HostUse use) {
    open.removeIf(other -> other.overlaps(use) && !holds(other));
    for (HostUse other : open) {
      if (other.overlaps(use) && (other.writes() || use.writes())) {
        other.isShared();
        use.isShared();
      }
    }
    use.enqueued();
    open.add(use);
    used = true;
  }

  /** Whether the copy, which is about to run, can. */
  boolean isReady(HostUse use) {
    if (open.contains(use) && !holds(use)) {
      open.remove(use);
    }
    return use.isAlive();
  }

  /** Whether a copy ever used host memory. */
  boolean isUsed() {
    return used;
  }

  /** {@code task} has waited for something, perhaps for copies. */
  void learned(HostTask task) {
    release(order == null ? null : order.knownTo(task));
  }

  /** A future tells what {@code done} knows; null where nobody keeps that. */
  void told(@Nullable Clock done) {
    release(done);
  }

  /** What is wrong with freeing {@code memory} now, as far as {@code task} knows; or null. */
  @Nullable ReportBuilder freeing(MemorySegment memory, HostTask task) {
    Clock known = order == null ? null : order.knownTo(task);
    for (HostUse use : open) {
      if (use.overlaps(memory) && !isDone(use, known)) {
        return report(MisuseKind.BUFFER_FREED, use, "is freed")
            .line("synchronize the stream first (SIM-29)");
      }
    }
    return null;
  }

  private static boolean isDone(HostUse use, @Nullable Clock known) {
    return use.number() >= 0 && (known == null || known.at(use.lane()) > use.number());
  }

  private void release(@Nullable Clock known) {
    for (Iterator<HostUse> all = open.iterator(); all.hasNext(); ) {
      HostUse use = all.next();
      if (isDone(use, known)) {
        all.remove();
        holds(use);
      }
    }
  }

  /** Whether the memory is as it should be; if not, that is reported. */
  private boolean holds(HostUse use) {
    if (!use.isAlive()) {
      reports.accept(
          report(MisuseKind.BUFFER_FREED, use, "was freed")
              .line("close its arena when the copy has been waited for (SIM-29)"));
      return false;
    }
    if (!use.isUnchanged()) {
      reports.accept(
          report(MisuseKind.BUFFER_REUSE, use, "was changed")
              .line(
                  "wait for the stream, or for an event behind the copy, before the host fills the"
                      + " memory anew; or take turns with two buffers (SIM-28)"));
      return false;
    }
    return true;
  }

  private ReportBuilder report(MisuseKind kind, HostUse use, String what) {
    return new ReportBuilder(
            kind,
            " on device "
                + device
                + ": the host memory that "
                + use.words()
                + (use.writes() ? " writes " : " reads ")
                + what
                + " after the copy was enqueued and before anybody had waited for it")
        .rank(device, use.words(), "at " + use.site());
  }
}
