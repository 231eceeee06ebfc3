package org.jccl.sim.comm.onesided;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.device.Arrival;
import org.jspecify.annotations.Nullable;

/**
 * The signal counters of one communicator: per sender and receiver, kept until they are waited for
 * (rule RMA-03). Those of graphs are counted on their own, as NCCL does.
 */
public final class Signals {
  private final SharedComm comm;
  private final Map<Long, Line> lines = new HashMap<>();
  private final @Nullable Waiting[] waiting;

  /** The counters of {@code comm}. */
  public Signals(SharedComm comm) {
    this.comm = comm;
    this.waiting = new Waiting[comm.worldSize()];
  }

  /** The signals from one rank to another. */
  private static final class Line {
    /** Data that came with a signal that nobody has waited for. */
    private record Unseen(long signal, Arrival arrival) {}

    final int from;
    final ArrayDeque<Unseen> unseen = new ArrayDeque<>();
    long arrived;
    long awaited;
    long time;

    Line(int from) {
      this.from = from;
    }
  }

  private Line line(int from, int to, boolean captured) {
    long key = ((long) from * comm.worldSize() + to) * 2 + (captured ? 1 : 0);
    return lines.computeIfAbsent(key, pair -> new Line(from));
  }

  /** One signal arrives, with the data of its put if there is any. */
  void raise(int from, int to, boolean captured, long time, @Nullable Arrival arrival) {
    Line line = line(from, to, captured);
    line.arrived++;
    line.time = Math.max(line.time, time);
    if (arrival != null) {
      line.unseen.addLast(new Line.Unseen(line.arrived, arrival));
    }
    Waiting waiter = waiting[to];
    if (waiter != null) {
      waiter.look();
    }
  }

  /** Tells {@code done} the virtual time at which all that the call waits for has arrived. */
  void await(int rank, OneSidedCall call, long now, LongConsumer done) {
    Waiting waiter = new Waiting(rank, now, done);
    for (OneSidedCall.Awaited each : call.awaited()) {
      Line line = line(each.peer(), rank, call.captured());
      line.awaited += each.count();
      waiter.needs.add(new Need(line, line.awaited));
    }
    waiting[rank] = waiter;
    waiter.look();
  }

  /** A rank has ended: nobody will wait for what it was sent. */
  public void forget(CommMember ended) {
    for (Map.Entry<Long, Line> each : lines.entrySet()) {
      if (each.getKey() / 2 % comm.worldSize() == ended.rank()) {
        each.getValue().unseen.forEach(unseen -> ended.device().awaited(unseen.arrival()));
        each.getValue().unseen.clear();
      }
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
    private final LongConsumer done;
    final List<Need> needs = new ArrayList<>();

    Waiting(int rank, long now, LongConsumer done) {
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
      for (Need need : needs) {
        time = Math.max(time, need.line.time);
        see(need);
      }
      done.accept(time);
    }

    /** RMA-04: with a signal the data of all puts before it is there. */
    private void see(Need need) {
      ArrayDeque<Line.Unseen> unseen = need.line.unseen;
      CommMember owner = comm.member(rank);
      while (!unseen.isEmpty() && unseen.getFirst().signal() <= need.count) {
        Line.Unseen seen = unseen.removeFirst();
        if (owner != null) {
          owner.device().awaited(seen.arrival());
        }
      }
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
