package org.jccl.sim.explore;

import org.jccl.sim.kernel.Choices;

/** What of a world NCCL leaves open, so that a search may vary it from schedule to schedule. */
public enum Variation {
  /** Whether calls return at once, or wait until their peers have made theirs (rule STR-11). */
  CALLS_WAIT(Choices.Point.CALLS_WAIT, 2),
  /** Whether small sends, and roots of small broadcasts, wait for who takes it (rule P2P-11). */
  EAGER_SENDS(Choices.Point.EAGER_SENDS, 2),
  /** How many kernels a device holds at once: any number, one, or two. */
  RESIDENT_KERNELS(Choices.Point.RESIDENT_KERNELS, 3);

  private final Choices.Point point;
  private final int options;

  Variation(Choices.Point point, int options) {
    this.point = point;
    this.options = options;
  }

  /** Whether all programs can see it; else the search tries it where a run depends on it. */
  boolean isAlwaysSeen() {
    return this == CALLS_WAIT;
  }

  Choices.Point point() {
    return point;
  }

  int options() {
    return options;
  }
}
