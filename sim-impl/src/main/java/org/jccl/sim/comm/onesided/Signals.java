package org.jccl.sim.comm.onesided;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.HappensBefore.ClockLane;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jspecify.annotations.Nullable;

/**
 * The signal counters of one communicator: per sender, receiver, context and index, kept until they
 * are waited for (rules RMA-03 and RMA-12). Those of graphs are counted on their own, as NCCL does.
 */
public final class Signals {
  private static final int MOST_UNSEEN = 4_096;

  private final SharedComm comm;
  private final Map<Key, Line> lines = new HashMap<>();
  private final @Nullable Waiting[] waiting;
  private final @Nullable PutLane[] lanes;

  /** The counters of {@code comm}. */
  public Signals(SharedComm comm) {
    this.comm = comm;
    this.waiting = new Waiting[comm.worldSize()];
    this.lanes = new PutLane[comm.worldSize()];
  }

  /**
   * The puts of one rank as a lane of work: that their stream is past them does not mean that they
   * have arrived, only their signals do (rule RMA-05).
   */
  static final class PutLane {
    private final ClockLane lane;
    private long puts;

    PutLane(ClockLane lane) {
      this.lane = lane;
    }

    ClockLane lane() {
      return lane;
    }

    /** The place of the next put. */
    long next() {
      return lane.tick(puts++);
    }

    /** {@code clock}, and all puts so far. */
    Clock addTo(Clock clock) {
      return clock.with(lane.number(), lane.tick(puts));
    }
  }

  /** The lane of a rank's puts. */
  PutLane lane(int rank, HappensBefore order) {
    PutLane known = lanes[rank];
    if (known == null) {
      known = new PutLane(order.newLane());
      lanes[rank] = known;
    }
    return known;
  }

  /** The signals from one rank to another. */
  private static final class Line {
    /** A signal that nobody has waited for, and what was ordered before it. */
    private record Unseen(long signal, Clock known) {}

    final int from;
    private final ArrayDeque<Unseen> unseen = new ArrayDeque<>();
    long arrived;
    long awaited;
    long time;

    Line(int from) {
      this.from = from;
    }

    void keep(Unseen signal) {
      if (unseen.size() == MOST_UNSEEN) {
        unseen.removeFirst(); // who waits for it will believe the next one
      }
      unseen.addLast(signal);
    }

    /** What was ordered before the first {@code count} signals (rule RMA-04). */
    Clock see(long count) {
      Clock known = Clock.ZERO;
      while (!unseen.isEmpty() && unseen.getFirst().signal() <= count) {
        known = known.join(unseen.removeFirst().known());
      }
      return known;
    }
  }

  /** Which signals these are: of whom to whom, of which context and index, replayed or not. */
  private record Key(int from, int to, int line, boolean captured) {}

  private Line line(int from, int to, int line, boolean captured) {
    return lines.computeIfAbsent(new Key(from, to, line, captured), key -> new Line(from));
  }

  /** The signal of a call arrives, behind all that {@code known} knows and its sender's puts. */
  void raise(int from, OneSidedCall call, long time, @Nullable Clock known) {
    int to = call.peer();
    Line line = line(from, to, call.line(), call.captured());
    line.arrived++;
    line.time = Math.max(line.time, time);
    if (known != null) {
      PutLane puts = lanes[from];
      line.keep(new Line.Unseen(line.arrived, puts == null ? known : puts.addTo(known)));
    }
    Waiting waiter = waiting[to];
    if (waiter != null) {
      waiter.look();
    }
  }

  /** What is told of a wait that has ended. */
  @FunctionalInterface
  interface Awaiting {
    /** All has arrived at virtual time {@code time}; what was ordered before it. */
    void ended(long time, Clock known);
  }

  /** Tells {@code done} when all that the call waits for has arrived. */
  void await(int rank, OneSidedCall call, long now, Awaiting done) {
    Waiting waiter = new Waiting(rank, now, done);
    for (OneSidedCall.Awaited each : call.awaited()) {
      Line line = line(each.peer(), rank, each.line(), call.captured());
      line.awaited += each.count();
      waiter.needs.add(new Need(line, line.awaited));
    }
    waiting[rank] = waiter;
    waiter.look();
  }

  /** A rank has ended: nobody will wait for what it was sent, nor for what it has sent. */
  public void forget(CommMember ended) {
    HappensBefore order = comm.simulation().order();
    if (order == null) {
      return;
    }
    Clock all = Clock.ZERO;
    for (PutLane each : lanes) {
      all = each == null ? all : each.addTo(all);
    }
    if (all != Clock.ZERO) {
      order.told(all);
    }
    PutLane own = lanes[ended.rank()];
    if (own != null) {
      lanes[ended.rank()] = null;
      order.give(own.lane, own.puts, Clock.ZERO);
    }
  }

  /** The rank gives up its wait. */
  void leave(int rank) {
    waiting[rank] = null;
  }

  /** The ranks whose signals a rank still waits for, ascending. */
  List<Integer> missing(int rank) {
    Waiting waiter = waiting[rank];
    return waiter == null ? List.of() : waiter.missing();
  }

  private record Need(Line line, long count) {
    boolean isMet() {
      return line.arrived >= count;
    }
  }

  /** One wait; a rank has at most one, because its operations are totally ordered (STR-03). */
  private final class Waiting {
    private final int rank;
    private final long now;
    private final Awaiting done;
    final List<Need> needs = new ArrayList<>();

    Waiting(int rank, long now, Awaiting done) {
      this.rank = rank;
      this.now = now;
      this.done = done;
    }

    void look() {
      if (!needs.stream().allMatch(Need::isMet)) {
        return;
      }
      waiting[rank] = null;
      long time = now;
      Clock known = Clock.ZERO;
      for (Need need : needs) {
        time = Math.max(time, need.line.time);
        known = known.join(need.line.see(need.count));
      }
      done.ended(time, known);
    }

    List<Integer> missing() {
      return needs.stream()
          .filter(need -> !need.isMet())
          .map(need -> comm.driver(need.line.from))
          .sorted()
          .distinct()
          .toList();
    }
  }
}
