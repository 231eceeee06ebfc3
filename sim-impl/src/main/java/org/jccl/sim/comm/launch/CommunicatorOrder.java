package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.check.SequenceWindow;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.StreamOp;
import org.jspecify.annotations.Nullable;

/**
 * The order in which devices are given the collectives of one communicator among those of others
 * that share devices with it. It must be the same everywhere: nothing else keeps two of them from
 * waiting for each other, even if this run would pass (rules STR-09, GRP-19; SIM-18, SIM-19).
 */
public final class CommunicatorOrder {
  /** Where the first device had a collective: after how many of the other communicator. */
  private record Mark(long before, LaunchQueue first, int[] seen) {}

  /** One other communicator. */
  private static final class Crossing {
    /** The other communicator's launches on the device of each of this one's ranks. */
    final @Nullable LaunchQueue[] others;

    final int shared;
    final SequenceWindow<Mark> marks = new SequenceWindow<>();

    Crossing(@Nullable LaunchQueue[] others, int shared) {
      this.others = others;
      this.shared = shared;
    }

    boolean isOver() {
      for (LaunchQueue other : others) {
        if (other != null && !other.member().isOver()) {
          return false;
        }
      }
      return true;
    }
  }

  private final SharedComm comm;
  private final LaunchQueues ranks;
  private final List<Crossing> crossings = new ArrayList<>();
  private boolean crosses;

  /** The order on the devices of {@code comm}, whose launches are {@code ranks}. */
  public CommunicatorOrder(SharedComm comm, LaunchQueues ranks) {
    this.comm = comm;
    this.ranks = ranks;
  }

  /** Another communicator exists; of interest if they share devices. */
  public void add(CommunicatorOrder other) {
    crossings.removeIf(Crossing::isOver);
    @Nullable LaunchQueue[] others = new LaunchQueue[comm.worldSize()];
    Map<SimDevice, LaunchQueue> theirs = other.byDevice();
    int shared = 0;
    for (int rank = 0; rank < others.length; rank++) {
      CommMember own = comm.member(rank);
      others[rank] = own == null ? null : theirs.get(own.device());
      shared += others[rank] == null ? 0 : 1;
    }
    if (shared > 1) {
      crossings.add(new Crossing(others, shared));
    }
    crosses = !crossings.isEmpty();
  }

  /** Its launches by device; those of the first rank where several share it. */
  private Map<SimDevice, LaunchQueue> byDevice() {
    Map<SimDevice, LaunchQueue> all = new IdentityHashMap<>();
    for (CommMember member : comm.present()) {
      LaunchQueue own = ranks.of(member.rank());
      if (own != null) {
        all.putIfAbsent(member.device(), own);
      }
    }
    return all;
  }

  /** Whether there are others to compare with. */
  boolean crosses() {
    return crosses;
  }

  /** A rank has put {@code launch} on its streams. */
  void launched(Launch launch) {
    for (LaunchedCall part : launch.parts()) {
      for (int i = 0; part.order() >= 0 && i < crossings.size(); i++) {
        launched(crossings.get(i), launch, part.order());
      }
    }
  }

  private void launched(Crossing crossing, Launch launch, long order) {
    LaunchQueue own = launch.queue();
    LaunchQueue other = crossing.others[launch.member().rank()];
    if (other == null) {
      return;
    }
    Mark mark = crossing.marks.get(order);
    if (mark == null) {
      mark = new Mark(other.collectives(), own, new int[1]);
      crossing.marks.put(order, mark);
    }
    mark.seen[0]++;
    if (mark.before != other.collectives()) {
      differs(crossing, mark, own, other, order);
    }
    for (Mark old = crossing.marks.oldest();
        old != null && old.seen[0] == crossing.shared;
        old = crossing.marks.oldest()) {
      crossing.marks.dropOldest();
    }
  }

  /** Two devices have collective {@code order} at different places; is anything else in order? */
  private void differs(
      Crossing crossing, Mark mark, LaunchQueue own, LaunchQueue other, long order) {
    boolean firstIsBehind = mark.before > other.collectives();
    LaunchQueue behind = firstIsBehind ? mark.first : own;
    LaunchQueue ahead = firstIsBehind ? own : mark.first;
    LaunchQueue otherOfBehind = crossing.others[behind.member().rank()];
    long crossed = Math.min(mark.before, other.collectives());
    Launch earlier = otherOfBehind == null ? null : otherOfBehind.pendingWith(crossed);
    Launch later = behind.pendingWith(order);
    Launch there = ahead.pendingWith(order);
    if (otherOfBehind == null
        || earlier == null
        || later == null
        || waits(earlier, comm, false)
        || (there != null && waits(there, otherOfBehind.member().comm(), false))
        || waits(later, otherOfBehind.member().comm(), true)) {
      return; // ordered by events: a real cycle comes to a halt and is reported then (SIM-20)
    }
    report(behind, otherOfBehind, earlier, later, ahead);
  }

  /**
   * Whether a launch waits, by its streams, for one of {@code target}; through an event or at all.
   */
  private static boolean waits(Launch launch, SharedComm target, boolean onlyThroughEvent) {
    Set<StreamOp> seen = new HashSet<>();
    List<StreamOp> open = new ArrayList<>(launch.waitsFor());
    while (!open.isEmpty()) {
      StreamOp op = open.removeLast();
      if (!seen.add(op)) {
        continue;
      }
      Launch found = Launch.of(op);
      if (found != null && found.member().comm() == target) {
        return !onlyThroughEvent || launch.asWait().passesEvent();
      }
      open.addAll(op.waitsFor());
    }
    return false;
  }

  private void report(
      LaunchQueue behind,
      LaunchQueue otherOfBehind,
      Launch earlier,
      Launch later,
      LaunchQueue ahead) {
    Caller one = behind.member().caller();
    Caller two = ahead.member().caller();
    SharedComm other = otherOfBehind.member().comm();
    ReportBuilder report =
        new ReportBuilder(
                MisuseKind.ORDER_INVERSION,
                " of "
                    + other.name()
                    + " and "
                    + comm.name()
                    + ": the devices of ranks "
                    + Math.min(behind.member().driver(), ahead.member().driver())
                    + " and "
                    + Math.max(behind.member().driver(), ahead.member().driver())
                    + " are given their operations in opposite orders")
            .rank(
                behind.member().driver(),
                earlier.describe() + ", then " + later.describe(),
                one.site(later.parts().getFirst().call()))
            .rank(
                ahead.member().driver(),
                "first " + later.describe(),
                two.site(later.parts().getFirst().call()))
            .line(
                "all devices must be given the operations of different communicators in one order"
                    + " (GRP-19, STR-09, SIM-18, SIM-19)");
    ReportedMisuse found = comm.report(report);
    if (found != null) {
      other.stop(found);
      throw found;
    }
  }
}
