package org.jccl.sim.algo;

/** The bandwidths of a channel that NCCL's search tries, fastest first, in GB/s (TOPO-03). */
final class Speeds {
  private static final int BLACKWELL = 100;
  private static final int HOPPER = 90;
  private static final int MORE_STEPS = 23000;

  private static final float[] INTRA = {40, 30, 20, 18, 15, 12, 10, 9, 7, 6, 5, 4, 3};
  private static final float[] INTRA_90 = {60, 50, 40, 30, 24, 20, 15, 12, 11, 6, 3};
  private static final float[] INTRA_100 = {90, 80, 70, 60, 50, 40, 30, 24, 20, 19, 18};
  private static final float[] INTRA_100_NEW = {90, 80, 70, 60, 50, 45, 40, 30, 24, 20, 19, 18};
  private static final float[] INTER = {
    48, 30, 28, 24, 20, 18, 15, 12, 10, 9, 7, 6, 5, 4, 3, 2.4f, 1.2f, 0.24f, 0.12f
  };
  private static final float[] INTER_90 = {
    48, 45, 42, 40, 30, 24, 22, 20, 17.5f, 15, 12, 6, 3, 2.4f, 1.2f, 0.24f, 0.12f
  };
  private static final float[] INTER_100 = {
    96, 48, 45.1f, 42, 40, 30, 24, 22, 20, 17.5f, 15, 12, 6, 3, 2.4f, 1.2f, 0.24f, 0.12f
  };
  private static final float[] INTER_100_NEW = {
    96, 86, 80, 48, 45.1f, 42, 40, 30, 24, 22, 20, 17.5f, 15, 12, 6, 3, 2.4f, 1.2f, 0.24f, 0.12f
  };

  private Speeds() {}

  /** The list for a capability and a version; {@code networked} if there are several hosts. */
  static float[] of(int capability, int version, boolean networked) {
    if (capability >= BLACKWELL) {
      boolean more = version >= MORE_STEPS;
      return networked ? more ? INTER_100_NEW : INTER_100 : more ? INTRA_100_NEW : INTRA_100;
    }
    if (capability >= HOPPER) {
      return networked ? INTER_90 : INTRA_90;
    }
    return networked ? INTER : INTRA;
  }
}
