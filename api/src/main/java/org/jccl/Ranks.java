package org.jccl;

/** Runs rank programs. */
public final class Ranks {
  private Ranks() {}

  /** Runs {@code program} on every rank. */
  public static void run(Backend backend, int worldSize, RankProgram program) {
    throw new UnsupportedOperationException("being written " + worldSize);
  }
}
