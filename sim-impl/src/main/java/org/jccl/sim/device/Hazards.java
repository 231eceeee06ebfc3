package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.AccessHistory;
import org.jccl.sim.check.AccessHistory.Access;
import org.jccl.sim.check.AccessHistory.Accessor;
import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The memory that work uses: finds memory that is freed too early (SIM-29) and work on the same
 * memory that nothing orders (SIM-28).
 *
 * <p>When work starts it is compared with what has used the same memory before, by the clocks of
 * {@link HappensBefore}: so a race is found in every schedule, also where the work was not in
 * flight at the same time.
 */
final class Hazards {
  private final DeviceContext context;
  private final boolean checking;

  /** Work in flight, in the order in which it was enqueued: a list through the work itself. */
  private @Nullable StreamOp oldest;

  private @Nullable StreamOp youngest;
  private final List<Arrival> arrivals = new ArrayList<>();

  private final AccessHistory history = new AccessHistory();

  Hazards(DeviceContext context) {
    this.context = context;
    this.checking = context.simulation().isChecking();
  }

  void enqueued(StreamOp op) {
    if (checking && op.usesMemory()) {
      StreamOp last = youngest;
      op.inFlight = true;
      op.before = last;
      youngest = op;
      if (last == null) {
        oldest = op;
      } else {
        last.after = op;
      }
    }
  }

  void finished(StreamOp op) {
    if (!op.inFlight) {
      return;
    }
    op.inFlight = false;
    StreamOp before = op.before;
    StreamOp after = op.after;
    op.before = null;
    op.after = null;
    if (before == null) {
      oldest = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      youngest = before;
    } else {
      after.before = before;
    }
  }

  /** Data that another rank wrote here is there; the owner has not waited for it yet. */
  void arrived(Arrival arrival) {
    if (context.simulation().isChecking()) {
      arrivals.add(arrival);
    }
  }

  void awaited(Arrival arrival) {
    arrivals.remove(arrival);
  }

  /** The memory of a range ends: who gets it next has nothing to do with its past. */
  void forget(long start, long end) {
    arrivals.removeIf(arrival -> arrival.overlaps(start, end));
    history.forget(start, end);
  }

  /** Data by another writer than {@code by} that arrived in a range and was not waited for. */
  @Nullable Arrival inDoubt(long start, long end, int by) {
    for (Arrival arrival : arrivals) {
      if (arrival.by() != by && arrival.overlaps(start, end)) {
        return arrival;
      }
    }
    return null;
  }

  private void compareWithArrivals(StreamOp op) {
    for (Arrival arrival : arrivals) {
      Access use = arrival.stream() == op.stream() ? null : op.use(arrival.start(), arrival.end());
      if (use != null && context.report() == null) {
        context.report(
            new ReportBuilder(
                    MisuseKind.RMA_RACE,
                    " on device "
                        + context.index()
                        + ": "
                        + use.by().words()
                        + " "
                        + use.words()
                        + " memory into which "
                        + arrival.words()
                        + " and for whose signal nobody has waited")
                .rank(use.by().rank(), words(use), use.by().site())
                .line("wait for the signal first (RMA-11, SIM-60)"));
        return;
      }
    }
  }

  /** Looks for work that conflicts with {@code op}, which starts now, and is not ordered before. */
  void check(StreamOp op) {
    if (!checking || !op.usesMemory()) {
      return;
    }
    if (!arrivals.isEmpty()) {
      compareWithArrivals(op);
    }
    Clock known = op.stream().known();
    for (Accessor each = op.usesNow(); each != null; each = each.next()) {
      for (Access now = each.accesses(); now != null; now = now.next()) {
        Access before = history.add(now, known);
        if (before != null) {
          report(before, now);
        }
      }
    }
  }

  private void report(Access a, Access b) {
    if (context.report() != null) {
      return;
    }
    long start = Math.max(a.start(), b.start());
    long end = Math.min(a.end(), b.end());
    context.report(
        new ReportBuilder(
                MisuseKind.BUFFER_REUSE,
                " on device "
                    + context.index()
                    + ": "
                    + b.by().words()
                    + " "
                    + b.words()
                    + " memory that "
                    + a.by().words()
                    + " "
                    + a.words()
                    + ", and nothing orders the two; both use "
                    + context.place(start, end))
            .rank(a.by().rank(), words(a), a.by().site())
            .rank(b.by().rank(), words(b), b.by().site())
            .line("record an event behind the first and wait for it before the other (SIM-28)"));
  }

  private String words(Access access) {
    return access.by().words() + " " + access.words() + " " + context.place(access.start(), access.end());
  }

  /**
   * The first work that uses the range and is in flight as far as {@code task} knows: until the
   * thread has waited for it, in some way; or null.
   */
  @Nullable Access user(long start, long end, HostTask task) {
    for (StreamOp op = oldest; op != null; op = op.after) {
      Access use = op.use(start, end);
      if (use != null) {
        op.memoryIsFreed();
        return use;
      }
    }
    HappensBefore order = context.simulation().order();
    return order == null ? null : history.notDone(start, end, order.knownTo(task));
  }
}
