package org.jccl.spi;

/**
 * Whether this process has captured work into a graph. A captured call is made once and runs as
 * often as its graph is launched, so from then on numbers of calls say nothing of what other ranks
 * wait for.
 */
public final class Captures {
  private static volatile boolean begun;

  private Captures() {}

  /** A stream begins to be captured. */
  public static void begin() {
    begun = true;
  }

  /** {@return whether a capture has begun since the process began} */
  static boolean haveBegun() {
    return begun;
  }
}
