package org.jccl.sim.kernel;

import org.jccl.ReportedMisuse;

/** A failure that several calls throw: each throws one of its own, with the same words. */
public final class Rethrown {
  private Rethrown() {}

  /**
   * What a further call throws for {@code why}. A thread that gets a failure and then closes what
   * it has open may get it again, and Java refuses to suppress an exception by itself.
   */
  public static RuntimeException of(RuntimeException why) {
    return why instanceof ReportedMisuse one
        ? new ReportedMisuse(one.kind(), one.ranks(), String.valueOf(one.getMessage()))
        : why;
  }
}
