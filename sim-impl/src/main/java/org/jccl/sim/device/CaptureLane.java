package org.jccl.sim.device;

import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Clock;
import org.jspecify.annotations.Nullable;

/** One stream of a capture: how much work it was given, and what is ordered before its next. */
final class CaptureLane {
  private final int index;
  private final String joined;
  private final Clock before = new Clock();
  private long work;
  private @Nullable String lastWork;

  /**
   * @param index its place among the capture's streams
   * @param joined where it joined the capture
   */
  CaptureLane(int index, String joined) {
    this.index = index;
    this.joined = joined;
  }

  String joined() {
    return joined;
  }

  /** Where the last work was recorded, or null if there is none. */
  @Nullable String lastWork() {
    return lastWork;
  }

  /** What is ordered before the work that comes next, its own earlier work included. */
  Clock before() {
    return before;
  }

  /** Work was recorded on this stream. */
  void works() {
    before.advance(index, ++work);
    lastWork = CallSite.current();
  }

  /** Whether all of its work is ordered before the next work of {@code other}. */
  boolean isBefore(CaptureLane other) {
    return other.before.at(index) >= work;
  }
}
