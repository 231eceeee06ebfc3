package org.jccl.sim.explore;

/** Numbers of things in words. */
final class Counted {
  private Counted() {}

  static String schedules(long count) {
    return of(count, "schedule");
  }

  static String runs(long count) {
    return of(count, "run");
  }

  static String failures(long count) {
    return of(count, "failure");
  }

  private static String of(long count, String thing) {
    return "%,d %s%s".formatted(count, thing, count == 1 ? "" : "s");
  }
}
