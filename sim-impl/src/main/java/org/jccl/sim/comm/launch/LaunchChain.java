package org.jccl.sim.comm.launch;

import org.jspecify.annotations.Nullable;

/**
 * The order of launches on communicators of one rank that share resources: one after the other
 * (rule SPL-09).
 */
public final class LaunchChain {
  private @Nullable Launch last;

  /** Nothing is launched yet. */
  public LaunchChain() {}

  @Nullable Launch last() {
    return last;
  }

  void endsWith(Launch launch) {
    last = launch;
  }
}
