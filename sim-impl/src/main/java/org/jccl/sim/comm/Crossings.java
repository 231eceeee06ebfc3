package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.Report;
import org.jccl.sim.check.Window;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.StreamOp;
import org.jspecify.annotations.Nullable;

/**
 * The order in which devices are given the collectives of one communicator among those of others
 * that share devices with it. It must be the same everywhere: nothing else keeps two of them from
 * waiting for each other, even if this run would pass (rules STR-09, GRP-19; SIM-18, SIM-19).
 */
final class Crossings {
  /** Where the first device had a collective: after how many of the other communicator. */
  private record Mark(long before, Endpoint first, int[] seen) {}

  /** One other communicator. */
  private static final class Crossing {
    /** The other communicator's member on the device of each of this one's ranks. */
    final @Nullable Endpoint[] others;

    final int shared;
    final Window<Mark> marks = new Window<>();

    Crossing(@Nullable Endpoint[] others, int shared) {
      this.others = others;
      this.shared = shared;
    }

    boolean isOver() {
      for (Endpoint other : others) {
        if (other != null && !other.isClosed() && !other.isAborted()) {
          return false;
        }
      }
      return true;
    }
  }

  private final Clique clique;
  private final List<Crossing> crossings = new ArrayList<>();

  Crossings(Clique clique) {
    this.clique = clique;
  }

  /** Another communicator exists; of interest if they share devices. */
  void add(Clique other) {
    crossings.removeIf(Crossing::isOver);
    @Nullable Endpoint[] others = new Endpoint[clique.worldSize()];
    Map<SimDevice, Endpoint> theirs = other.membersByDevice();
    int shared = 0;
    for (int rank = 0; rank < others.length; rank++) {
      Endpoint own = clique.member(rank);
      others[rank] = own == null ? null : theirs.get(own.device());
      shared += others[rank] == null ? 0 : 1;
    }
    if (shared > 1) {
      crossings.add(new Crossing(others, shared));
    }
  }

  /** A rank has put {@code launch} on its streams. */
  void launched(Launch launch) {
    for (int p = 0; p < launch.parts().size(); p++) {
      Part part = launch.parts().get(p);
      if (part.order >= 0) {
        for (int i = 0; i < crossings.size(); i++) {
          launched(crossings.get(i), launch, part.order);
        }
        launch.endpoint().placed();
      }
    }
  }

  private void launched(Crossing crossing, Launch launch, long order) {
    Endpoint endpoint = launch.endpoint();
    Endpoint other = crossing.others[endpoint.rank()];
    if (other == null) {
      return;
    }
    Mark mark = crossing.marks.get(order);
    if (mark == null) {
      mark = new Mark(other.collectivesPlaced(), endpoint, new int[1]);
      crossing.marks.put(order, mark);
    }
    mark.seen[0]++;
    if (mark.before != other.collectivesPlaced()) {
      differs(crossing, mark, endpoint, other, order);
    }
    for (Mark old = crossing.marks.oldest();
        old != null && old.seen[0] == crossing.shared;
        old = crossing.marks.oldest()) {
      crossing.marks.dropOldest();
    }
  }

  /** Two devices have collective {@code order} at different places; is anything else in order? */
  private void differs(
      Crossing crossing, Mark mark, Endpoint endpoint, Endpoint other, long order) {
    boolean firstIsBehind = mark.before > other.collectivesPlaced();
    Endpoint behind = firstIsBehind ? mark.first : endpoint;
    Endpoint ahead = firstIsBehind ? endpoint : mark.first;
    Endpoint otherOfBehind = crossing.others[behind.rank()];
    long crossed = Math.min(mark.before, other.collectivesPlaced());
    Launch earlier = otherOfBehind == null ? null : otherOfBehind.pendingWith(crossed);
    Launch later = behind.pendingWith(order);
    Launch there = ahead.pendingWith(order);
    if (otherOfBehind == null
        || earlier == null
        || later == null
        || waits(earlier, clique, false)
        || (there != null && waits(there, otherOfBehind.clique(), false))
        || waits(later, otherOfBehind.clique(), true)) {
      return; // ordered by events: a real cycle comes to a halt and is reported then (SIM-20)
    }
    report(behind, otherOfBehind, earlier, later, ahead);
  }

  /**
   * Whether a launch waits, by its streams, for one of {@code target}; through an event or at all.
   */
  private static boolean waits(Launch launch, Clique target, boolean onlyThroughEvent) {
    Set<StreamOp> seen = new HashSet<>();
    List<StreamOp> open = new ArrayList<>(launch.waitsFor());
    while (!open.isEmpty()) {
      StreamOp op = open.removeLast();
      if (!seen.add(op)) {
        continue;
      }
      Launch found = Launch.of(op);
      if (found != null && found.endpoint().clique() == target) {
        return !onlyThroughEvent || launch.passesEvent();
      }
      open.addAll(op.waitsFor());
    }
    return false;
  }

  private void report(
      Endpoint behind, Endpoint otherOfBehind, Launch earlier, Launch later, Endpoint ahead) {
    Clique other = otherOfBehind.clique();
    Report report =
        new Report(
                MisuseKind.ORDER_INVERSION,
                " of "
                    + other.name()
                    + " and "
                    + clique.name()
                    + ": the devices of ranks "
                    + Math.min(behind.driver(), ahead.driver())
                    + " and "
                    + Math.max(behind.driver(), ahead.driver())
                    + " are given their operations in opposite orders")
            .rank(
                behind.driver(),
                earlier.describe() + ", then " + later.describe(),
                clique.site(behind.rank(), later.parts().getFirst().call))
            .rank(
                ahead.driver(),
                "first " + later.describe(),
                clique.site(ahead.rank(), later.parts().getFirst().call))
            .line(
                "all devices must be given the operations of different communicators in one order"
                    + " (GRP-19, STR-09, SIM-18, SIM-19)");
    ReportedMisuse found = clique.report(report);
    if (found != null) {
      other.stop(found);
      throw found;
    }
  }
}
