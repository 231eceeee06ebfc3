package org.jccl.sim.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
    @Nullable ClockLane lane;

    long tick;
    Clock before = Clock.ZERO;

    /** All that it knows. */
    Clock all() {
      ClockLane last = lane;
      if (last != null) {
        own = own.join(before).with(last.number, tick);
        lane = null;
        before = Clock.ZERO;
      }
      return own;
    }
  }

  /** A lane of the world's work. */
  public static final class ClockLane {
    private final int number;

    /** The pieces of work of the streams that had it before. */
    private long before;

    /** What the last of them knew. */
    private Clock known = Clock.ZERO;

    private ClockLane(int number) {
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
  private final ArrayDeque<ClockLane> free = new ArrayDeque<>();
  private @Nullable HostTask firstOfRun;

  /** What threads other than the ranks' have waited for. */
  private Clock outside = Clock.ZERO;

  private int lanes;

  /** {@code tasks} gives the rank threads of the current or last run. */
  public HappensBefore(Supplier<List<HostTask>> tasks) {
    this.tasks = tasks;
  }

  /** The lane of a new stream; that of a closed one goes on, so that clocks stay small. */
  public ClockLane newLane() {
    ClockLane again = free.pollFirst();
    return again == null ? new ClockLane(lanes++) : again;
  }

  /** A stream that knew {@code known} is closed; all its {@code works} pieces of work are done. */
  public void give(ClockLane lane, long works, Clock known) {
    lane.before += works;
    lane.known = known;
    free.addLast(lane);
  }

  /** What {@code task} knows to be done. */
  public Clock knownTo(HostTask task) {
    return task.isOwned() ? known(task).all() : known();
  }

  /** The same for work on the stream of {@code lane}, which knows itself. */
  public Clock knownTo(HostTask task, @Nullable ClockLane lane) {
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
  public void learned(HostTask task, Clock clock, ClockLane lane, long tick) {
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

  /**
   * A vector clock: how far along each lane of work something is known to have come. Lanes are
   * streams; a lane's ticks count its finished work.
   *
   * <p>It never changes, so whoever learns all that another knows shares that one's clock. What a
   * collective has made common to its ranks is one vector; what a stream or a thread knows beyond
   * it is mostly a tick or two, kept beside it. A vector knows from which one it was made, so that
   * in the usual case two clocks are compared without looking at their ticks.
   */
  public static final class Clock {
    private static final long[] NO_TICKS = {};

    /** More than so many ticks beside a vector become a vector of their own. */
    private static final int MOST_BESIDE = 16;

    /** Knows nothing. */
    public static final Clock ZERO = new Clock(new Vector(NO_TICKS, null), NO_TICKS);

    private final Vector base;

    /** Pairs of lane and tick, each beyond what {@link #base} knows of the lane. */
    private final long[] beside;

    /** A vector that many clocks share. */
    private static final class Vector {
      final long[] ticks;

      /** Vectors of one line: each was made from the one before it, and knows all that it knew. */
      final Object line;

      final long place;
      private boolean hasNext;

      Vector(long[] ticks, @Nullable Vector before) {
        this.ticks = ticks;
        if (before != null && before.ticks.length > 0 && !before.hasNext) {
          before.hasNext = true;
          this.line = before.line;
          this.place = before.place + 1;
        } else {
          this.line = this;
          this.place = 0;
        }
      }

      boolean knows(Vector other) {
        return other.line == line ? other.place <= place : other.ticks.length == 0;
      }

      long at(int lane) {
        return lane < ticks.length ? ticks[lane] : 0;
      }

      boolean covers(Vector other) {
        for (int lane = 0; lane < other.ticks.length; lane++) {
          if (other.ticks[lane] > at(lane)) {
            return false;
          }
        }
        return true;
      }
    }

    private Clock(Vector base, long[] beside) {
      this.base = base;
      this.beside = beside;
    }

    /** How much of {@code lane} is known to be done. */
    public long at(int lane) {
      for (int i = 0; i < beside.length; i += 2) {
        if (beside[i] == lane) {
          return beside[i + 1];
        }
      }
      return base.at(lane);
    }

    /** The same, and the first {@code tick} pieces of {@code lane} are known to be done. */
    public Clock with(int lane, long tick) {
      if (at(lane) >= tick) {
        return this;
      }
      for (int i = 0; i < beside.length; i += 2) {
        if (beside[i] == lane) {
          long[] changed = beside.clone();
          changed[i + 1] = tick;
          return new Clock(base, changed);
        }
      }
      long[] more = Arrays.copyOf(beside, beside.length + 2);
      more[beside.length] = lane;
      more[beside.length + 1] = tick;
      return more.length > 2 * MOST_BESIDE
          ? new Joint().add(new Clock(base, more)).end()
          : new Clock(base, more);
    }

    /** All that either knows. */
    public Clock join(Clock other) {
      if (other == this || other == ZERO) {
        return this;
      }
      if (this == ZERO) {
        return other;
      }
      if (base.knows(other.base)) {
        return joinBeside(other);
      }
      if (other.base.knows(base)) {
        return other.joinBeside(this);
      }
      if (base.covers(other.base)) {
        return joinBeside(other);
      }
      if (other.base.covers(base)) {
        return other.joinBeside(this);
      }
      return new Joint().add(this).add(other).end();
    }

    private Clock joinBeside(Clock other) {
      Clock all = this;
      for (int i = 0; i < other.beside.length; i += 2) {
        all = all.with((int) other.beside[i], other.beside[i + 1]);
      }
      return all;
    }

    /** A clock that is made of many: what all of them know. */
    public static final class Joint {
      private long[] ticks = NO_TICKS;
      private @Nullable Vector newest;
      private @Nullable Vector last;
      private boolean mixed;

      /** All that {@code clock} knows. */
      public Joint add(Clock clock) {
        if (clock.base != last) {
          last = clock.base;
          add(clock.base);
        }
        for (int i = 0; i < clock.beside.length; i += 2) {
          add((int) clock.beside[i], clock.beside[i + 1]);
        }
        return this;
      }

      private void add(Vector vector) {
        Vector known = newest;
        if (known == null) {
          newest = vector;
          raise(vector);
        } else if (!known.knows(vector)) {
          raise(vector);
          mixed |= !vector.knows(known);
          newest = vector;
        }
      }

      private void raise(Vector vector) {
        grow(vector.ticks.length);
        for (int lane = 0; lane < vector.ticks.length; lane++) {
          ticks[lane] = Math.max(ticks[lane], vector.ticks[lane]);
        }
      }

      /** The first {@code tick} pieces of {@code lane} are known to be done. */
      public void add(int lane, long tick) {
        grow(lane + 1);
        ticks[lane] = Math.max(ticks[lane], tick);
      }

      private void grow(int lanes) {
        if (ticks.length < lanes) {
          ticks = Arrays.copyOf(ticks, Math.max(lanes, ticks.length + (ticks.length >> 1)));
        }
      }

      /** The clock. */
      public Clock end() {
        return new Clock(new Vector(ticks, mixed ? null : newest), NO_TICKS);
      }
    }
  }
}
