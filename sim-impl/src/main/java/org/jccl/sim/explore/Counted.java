package org.jccl.sim.explore;

import org.jccl.CleanText;

/** Numbers of things in words. */
final class Counted {
  private Counted() {}

  static String schedules(long count) {
    return CleanText.count(count, "schedule");
  }

  static String runs(long count) {
    return CleanText.count(count, "run");
  }

  static String failures(long count) {
    return CleanText.count(count, "failure");
  }
}
