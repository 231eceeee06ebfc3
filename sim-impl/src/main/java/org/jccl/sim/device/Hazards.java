package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The memory that work uses: finds memory that is freed too early (SIM-29) and work on the same
 * memory that nothing orders (SIM-28).
 *
 * <p>By default it looks at work in flight, from enqueue to completion. That is sound without
 * clocks: had the earlier work been ordered before the later one, the later one could not have
 * started. At full checks it also keeps what was done before, with the clocks of {@link
 * HappensBefore}, so that a race is found even where the schedule happened to hide it.
 */
final class Hazards {
  private final DeviceContext context;
  private final boolean checking;

  /** Work in flight, in the order in which it was enqueued: a list through the work itself. */
  private @Nullable StreamOp oldest;

  private @Nullable StreamOp youngest;
  private final List<Arrival> arrivals = new ArrayList<>();

  /** What a piece of work did to a range. */
  private record PastAccess(StreamOp op, Access access) {}

  /** At full checks: the accesses that later work may race with. */
  private final List<PastAccess> past = new ArrayList<>();

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
    past.removeIf(before -> before.access.overlaps(start, end));
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
      for (Access a = op.accesses(); a != null && a != Access.NONE; a = a.next) {
        if (arrival.stream() != op.stream()
            && a.overlaps(arrival.start(), arrival.end())
            && context.report() == null) {
          context.report(
              new ReportBuilder(
                      MisuseKind.RMA_RACE,
                      " on device "
                          + context.index()
                          + ": "
                          + op.describe()
                          + " "
                          + a.words()
                          + " memory into which "
                          + arrival.words()
                          + " and for whose signal nobody has waited")
                  .rank(context.index(), op.describe() + " " + a.words() + " it", site(op))
                  .line("wait for the signal first (RMA-11, SIM-60)"));
          return;
        }
      }
    }
  }

  /** Looks for work that conflicts with {@code op}, which starts now, and is not ordered before. */
  void check(StreamOp op) {
    if (!op.usesMemory()) {
      return;
    }
    if (!arrivals.isEmpty()) {
      compareWithArrivals(op);
    }
    Clock done = op.stream().done();
    if (done != null) {
      checkPast(op, done);
    }
    for (StreamOp other = oldest; other != null && other != op; other = other.after) {
      if (other.stream() != op.stream()) {
        compare(other, op);
      }
    }
  }

  private void compare(StreamOp earlier, StreamOp later) {
    for (Access a = earlier.accesses(); a != null && a != Access.NONE; a = a.next) {
      for (Access b = later.accesses(); b != null && b != Access.NONE; b = b.next) {
        if (a.conflictsWith(b)) {
          report(earlier, a, later, b);
          return;
        }
      }
    }
  }

  private void checkPast(StreamOp op, Clock done) {
    for (Access now = op.accesses(); now != null && now != Access.NONE; now = now.next) {
      for (PastAccess before : past) {
        if (before.op != op && before.access.conflictsWith(now) && !isDone(before.op, done)) {
          report(before.op, before.access, op, now);
          return;
        }
      }
    }
    for (Access now = op.accesses(); now != null && now != Access.NONE; now = now.next) {
      Access own = now;
      past.removeIf(before -> replaces(own, before, done));
    }
    for (Access now = op.accesses(); now != null && now != Access.NONE; now = now.next) {
      past.add(new PastAccess(op, now));
    }
  }

  private static boolean isDone(StreamOp op, Clock done) {
    return done.at(op.stream().lane()) > op.number();
  }

  /** Whether what races with {@code before} from now on also races with {@code now}. */
  private static boolean replaces(Access now, PastAccess past, Clock done) {
    Access before = past.access;
    return isDone(past.op, done)
        && (now.writes || !before.writes)
        && now.start <= before.start
        && before.end <= now.end;
  }

  private void report(StreamOp earlier, Access a, StreamOp later, Access b) {
    if (context.report() != null) {
      return;
    }
    int index = context.index();
    context.report(
        new ReportBuilder(
                MisuseKind.BUFFER_REUSE,
                " on device "
                    + index
                    + ": "
                    + later.describe()
                    + " "
                    + b.words()
                    + " memory that "
                    + earlier.describe()
                    + " "
                    + a.words()
                    + ", enqueued earlier on another stream and not ordered before it (bytes "
                    + a.common(b)
                    + ")")
            .rank(index, earlier.describe() + " " + a.words() + " it", site(earlier))
            .rank(index, later.describe() + " " + b.words() + " it", site(later))
            .line("record an event behind the first and wait for it before the other (SIM-28)"));
  }

  private static @Nullable String site(StreamOp op) {
    return op.site() == null ? null : "at " + op.site();
  }

  /**
   * The first work that uses the range and is in flight, as far as {@code task} knows; or null. At
   * full checks work counts as in flight until the thread has waited for it.
   */
  @Nullable StreamOp user(long start, long end, HostTask task) {
    for (StreamOp op = oldest; op != null; op = op.after) {
      for (Access a = op.accesses(); a != null && a != Access.NONE; a = a.next) {
        if (a.overlaps(start, end)) {
          return op;
        }
      }
    }
    HappensBefore order = context.simulation().order();
    if (order != null) {
      Clock known = order.knownTo(task);
      for (PastAccess before : past) {
        if (before.access.overlaps(start, end) && !isDone(before.op, known)) {
          return before.op;
        }
      }
    }
    return null;
  }
}
