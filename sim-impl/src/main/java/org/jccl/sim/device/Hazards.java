package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jccl.MisuseKind;
import org.jspecify.annotations.Nullable;

/**
 * The memory that is in use by work in flight, from enqueue to completion: finds memory that is
 * freed too early (SIM-29) and work that starts while earlier, unordered work on the same memory
 * still waits (SIM-28).
 *
 * <p>Sound without clocks: had the earlier work been ordered before the later one, the later one
 * could not have started.
 */
final class Hazards {
  private final SimDevice device;
  private final Set<StreamOp> inFlight = new LinkedHashSet<>();
  private final List<Arrival> arrivals = new ArrayList<>();

  Hazards(SimDevice device) {
    this.device = device;
  }

  void enqueued(StreamOp op) {
    if (op.accesses() != Access.NONE && device.world().isChecking()) {
      inFlight.add(op);
    }
  }

  void finished(StreamOp op) {
    if (op.accesses() != Access.NONE) {
      inFlight.remove(op);
    }
  }

  /** Data that another rank wrote here is there; the owner has not waited for it yet. */
  void arrived(Arrival arrival) {
    if (device.world().isChecking()) {
      arrivals.add(arrival);
    }
  }

  void awaited(Arrival arrival) {
    arrivals.remove(arrival);
  }

  /** The memory of a range ends, and with it what is known of it. */
  void forget(long start, long end) {
    arrivals.removeIf(arrival -> arrival.overlaps(start, end));
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
        if (arrival.stream() != op.stream() && a.overlaps(arrival.start(), arrival.end())) {
          device.report(
              MisuseKind.RMA_RACE,
              op.describe()
                  + " "
                  + a.words()
                  + " memory into which "
                  + arrival.words()
                  + " and for whose signal nobody has waited: wait for the signal first"
                  + " (RMA-11, SIM-60)");
          return;
        }
      }
    }
  }

  /** Looks for unfinished work on other streams, enqueued before {@code op}, that conflicts. */
  void check(StreamOp op) {
    if (!arrivals.isEmpty()) {
      compareWithArrivals(op);
    }
    if (inFlight.size() < 2 || op.accesses() == Access.NONE) {
      return;
    }
    for (StreamOp other : inFlight) {
      if (other == op) {
        return;
      }
      if (other.stream() != op.stream()) {
        compare(other, op);
      }
    }
  }

  private void compare(StreamOp earlier, StreamOp later) {
    for (Access a = earlier.accesses(); a != null && a != Access.NONE; a = a.next) {
      for (Access b = later.accesses(); b != null && b != Access.NONE; b = b.next) {
        if (a.conflictsWith(b)) {
          device.report(
              MisuseKind.BUFFER_REUSE,
              later.describe()
                  + " "
                  + b.words()
                  + " memory that "
                  + earlier.describe()
                  + " "
                  + a.words()
                  + ", enqueued earlier on another stream and not ordered before it:"
                  + " record an event there and wait for it here (SIM-28)");
          return;
        }
      }
    }
  }

  /** The first work in flight that uses the range, or null. */
  @Nullable StreamOp user(long start, long end) {
    for (StreamOp op : inFlight) {
      for (Access a = op.accesses(); a != null && a != Access.NONE; a = a.next) {
        if (a.overlaps(start, end)) {
          return op;
        }
      }
    }
    return null;
  }
}
