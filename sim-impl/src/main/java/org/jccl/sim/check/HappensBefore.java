package org.jccl.sim.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jccl.sim.kernel.HostOrder;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * What is ordered before what, over streams, events, communicators and host threads. By it work on
 * the same memory that nothing orders is found whatever the schedule (SIM-28, SIM-29).
 *
 * <p>A rank's thread knows what it has waited for. How other threads of the program tell each other
 * is not seen, so what one of them has waited for counts for all: an order too many hides a race,
 * one too few would invent one.
 */
public final class HappensBefore implements HostOrder {
  /** What one rank's thread has waited for; attached to it. */
  private static final class Known {
    Clock own = Clock.ZERO;

    /** How much of {@link #outside} is in it. */
    Clock seen = Clock.ZERO;

    /** A stream that it has waited for last, which is not in {@link #own} yet. */
    @Nullable Lane lane;

    long tick;
    Clock before = Clock.ZERO;

    /** All that it knows. */
    Clock all() {
      Lane last = lane;
      if (last != null) {
        own = own.join(before).with(last.number, tick);
        lane = null;
        before = Clock.ZERO;
      }
      return own;
    }
  }

  /** A lane of the world's work. */
  public static final class Lane {
    private final int number;

    /** The pieces of work of the streams that had it before. */
    private long before;

    /** What the last of them knew. */
    private Clock known = Clock.ZERO;

    private Lane(int number) {
      this.number = number;
    }

    /** Its number among all lanes of the world. */
    public int number() {
      return number;
    }

    /** What is ordered before the first work of its stream. */
    public Clock known() {
      return known;
    }

    /** The tick of its stream's {@code number}-th piece of work. */
    public long tick(long work) {
      return before + work;
    }
  }

  private final Supplier<List<HostTask>> tasks;
  private final List<Known> ranks = new ArrayList<>();
  private final ArrayDeque<Lane> free = new ArrayDeque<>();
  private @Nullable HostTask firstOfRun;

  /** What threads other than the ranks' have waited for. */
  private Clock outside = Clock.ZERO;

  private int lanes;

  /** {@code tasks} gives the rank threads of the current or last run. */
  public HappensBefore(Supplier<List<HostTask>> tasks) {
    this.tasks = tasks;
  }

  /** The lane of a new stream; that of a closed one goes on, so that clocks stay small. */
  public Lane newLane() {
    Lane again = free.pollFirst();
    return again == null ? new Lane(lanes++) : again;
  }

  /** A stream that knew {@code known} is closed; all its {@code works} pieces of work are done. */
  public void give(Lane lane, long works, Clock known) {
    lane.before += works;
    lane.known = known;
    free.addLast(lane);
  }

  /** What {@code task} knows to be done. */
  public Clock knownTo(HostTask task) {
    return task.isOwned() ? known(task).all() : known();
  }

  /** The same for work on the stream of {@code lane}, which knows itself. */
  public Clock knownTo(HostTask task, @Nullable Lane lane) {
    if (!task.isOwned()) {
      return known();
    }
    Known rank = known(task);
    return rank.lane == lane ? rank.own : rank.all();
  }

  private Known known(HostTask task) {
    Known rank = (Known) task.attachment();
    if (rank == null) {
      forgetLastRun();
      rank = new Known();
      ranks.add(rank);
      task.attach(rank);
    }
    if (rank.seen != outside) {
      rank.seen = outside;
      rank.own = rank.own.join(outside);
    }
    return rank;
  }

  /** Whoever comes after a run knows what its ranks have waited for. */
  private void forgetLastRun() {
    List<HostTask> current = tasks.get();
    HostTask first = current.isEmpty() ? null : current.getFirst();
    if (first != firstOfRun) {
      firstOfRun = first;
      outside = known();
      ranks.clear();
    }
  }

  /** What any thread knows. */
  private Clock known() {
    Clock all = outside;
    for (Known rank : ranks) {
      all = all.join(rank.all());
    }
    return all;
  }

  /** {@code task} has waited for everything that {@code clock} knows. */
  public void learned(HostTask task, Clock clock) {
    if (task.isOwned()) {
      Known rank = known(task);
      rank.own = rank.own.join(clock);
    } else {
      outside = outside.join(clock);
    }
  }

  /** {@code task} has waited for a stream, and so for the first {@code tick} pieces of its lane. */
  public void learned(HostTask task, Clock clock, Lane lane, long tick) {
    if (!task.isOwned()) {
      outside = outside.join(clock).with(lane.number, tick);
      return;
    }
    Known rank = known(task);
    if (rank.lane != lane) {
      rank.all();
      rank.lane = lane;
    }
    rank.tick = tick;
    rank.before = clock;
  }

  @Override
  public Object tell(HostTask task, @Nullable Object told) {
    Clock own = knownTo(task);
    return told == null ? own : ((Clock) told).join(own);
  }

  @Override
  public void learn(HostTask task, Object told) {
    learned(task, (Clock) told);
  }

  /** A future told it: whoever looks at it may have learned it. */
  public void told(Clock clock) {
    outside = outside.join(clock);
  }
}
