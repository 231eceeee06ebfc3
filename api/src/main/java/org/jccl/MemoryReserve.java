package org.jccl;

import org.jspecify.annotations.Nullable;

/** Memory that is given back when a rank has used up all: enough to say so. */
final class MemoryReserve {
  private static final int BYTES = 1 << 20;

  @SuppressWarnings("UnusedVariable") // It is only held.
  private static volatile byte @Nullable [] held;

  private MemoryReserve() {}

  /** Holds it, unless it is held. */
  static void hold() {
    if (held == null) {
      held = new byte[BYTES];
    }
  }

  /** Gives it back. */
  static void release() {
    held = null;
  }
}
