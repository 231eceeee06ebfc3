package org.jccl.sim;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Durations as nanoseconds, without overflow. */
final class Limits {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Limits() {}

  /** At most a hundred years, which is for ever. */
  static long nanos(Duration value) {
    return value.compareTo(LONGEST) < 0 ? value.toNanos() : TimeUnit.DAYS.toNanos(36_500);
  }
}
