package org.jccl.config;

import java.time.Duration;

/**
 * How long something may take: positive, and at most a hundred years, which is for ever. So
 * nanoseconds and deadlines never overflow.
 *
 * @param duration the time
 */
public record TimeLimit(Duration duration) {
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final Duration LONG = LONGEST.dividedBy(2);
  private static final TimeLimit FOREVER = new TimeLimit(LONGEST);

  /** Cuts {@code duration} to what counts. */
  public TimeLimit {
    duration = duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }

  /**
   * {@return the limit that a caller gives}
   *
   * @param duration the time, above zero; a longer one than a hundred years means no limit
   * @param what a name for messages
   * @throws IllegalArgumentException if it is zero or negative
   */
  public static TimeLimit of(Duration duration, String what) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          what + " " + duration + " is not positive: give it some time, a day or more for ever");
    }
    return new TimeLimit(duration);
  }

  /**
   * {@return the limit of a wait for which so much time is left}
   *
   * @param nanos nanoseconds; at least one counts
   */
  public static TimeLimit ofNanos(long nanos) {
    return new TimeLimit(Duration.ofNanos(Math.max(1, nanos)));
  }

  /** {@return a limit that never passes} */
  public static TimeLimit forever() {
    return FOREVER;
  }

  /** {@return whether it never passes} */
  public boolean isForever() {
    return duration.compareTo(LONG) >= 0;
  }

  /** {@return the limit in nanoseconds} */
  public long nanos() {
    return duration.toNanos();
  }

  /** {@return when a wait that begins now ends, in the clock of {@link System#nanoTime()}} */
  public long deadline() {
    return System.nanoTime() + nanos();
  }

  /**
   * {@return the nanoseconds until a deadline, 0 if it has passed}
   *
   * @param deadline in the clock of {@link System#nanoTime()}
   */
  public static long left(long deadline) {
    return Math.max(0, deadline - System.nanoTime());
  }

  /**
   * {@return what is left until a deadline, at least a nanosecond}
   *
   * @param deadline when it ends
   * @param now the time now, by the same clock
   */
  public static TimeLimit remaining(long deadline, long now) {
    return ofNanos(deadline - now);
  }

  /** {@return the time for people, in seconds} */
  @Override
  public String toString() {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis / 1000.0 + " s";
  }
}
