package org.jccl.test;

import java.util.List;

/**
 * Which modes of the simulator a test runs in.
 *
 * <p>NCCL may start an operation before all ranks have issued it, and may wait for them. A correct
 * program does not depend on it. Strict mode waits, and makes errors of what is only fragile.
 */
public enum Strictness {
  /** Not strict alone. */
  OFF(List.of(false)),
  /** Strict alone. */
  ON(List.of(true)),
  /** One run of each. */
  BOTH(List.of(false, true));

  private final List<Boolean> modes;

  Strictness(List<Boolean> modes) {
    this.modes = modes;
  }

  List<Boolean> modes() {
    return modes;
  }
}
