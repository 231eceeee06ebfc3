package org.jccl.sim.check;

import java.util.Arrays;

/**
 * A vector clock: how far along each lane of work something is known to have come. Lanes are
 * streams; a lane's ticks count its finished work.
 */
public final class Clock {
  private long[] ticks = new long[0];

  /** How much of {@code lane} is known to be done. */
  public long at(int lane) {
    return lane < ticks.length ? ticks[lane] : 0;
  }

  /** From now on the first {@code tick} pieces of {@code lane} are known to be done. */
  public void advance(int lane, long tick) {
    grow(lane + 1);
    ticks[lane] = Math.max(ticks[lane], tick);
  }

  /** Learns everything that {@code other} knows. */
  public void join(Clock other) {
    grow(other.ticks.length);
    for (int lane = 0; lane < other.ticks.length; lane++) {
      ticks[lane] = Math.max(ticks[lane], other.ticks[lane]);
    }
  }

  /** A clock that knows as much. */
  public Clock copy() {
    Clock copy = new Clock();
    copy.ticks = ticks.clone();
    return copy;
  }

  private void grow(int lanes) {
    if (ticks.length < lanes) {
      ticks = Arrays.copyOf(ticks, lanes);
    }
  }
}
