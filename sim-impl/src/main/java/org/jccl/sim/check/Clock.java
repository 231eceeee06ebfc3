package org.jccl.sim.check;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A vector clock: how far along each lane of work something is known to have come. Lanes are
 * streams; a lane's ticks count its finished work.
 *
 * <p>It never changes, so whoever learns all that another knows shares that one's clock. What a
 * collective has made common to its ranks is one vector; what a stream or a thread knows beyond it
 * is mostly a tick or two, kept beside it. A vector knows from which one it was made, so that in
 * the usual case two clocks are compared without looking at their ticks.
 */
public final class Clock {
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
      boolean follows = before != null && before.ticks.length > 0 && !before.hasNext;
      this.line = follows ? before.line : this;
      this.place = follows ? before.place + 1 : 0;
      if (follows) {
        before.hasNext = true;
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
