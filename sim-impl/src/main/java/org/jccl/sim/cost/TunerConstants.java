package org.jccl.sim.cost;

import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;

/** The constants of NCCL's tuning model (TUNE-01). */
final class TunerConstants {
  private static final int BLACKWELL = 3;
  private static final int NEW_BLACKWELL = 23000;

  /** Latencies in microseconds, by algorithm and protocol in NCCL's order. */
  private static final double[][] BASE = {
    {6.8, 14.0, 8.4},
    {6.6, 14.0, 8.4},
    {0, 0, 0},
    {0, 0, 0},
    {0, 0, 0},
    {0, 0, 0},
    {8.0, 8.0, 8.0}
  };

  private static final double[][] NVLINK = {
    {.6, 1.25, 4.0},
    {.6, 1.9, 3.4},
    {0, 0, 3.7},
    {0, 0, 2.8},
    {0, 0, 25},
    {0, 0, 25},
    {0, 0, 4.0}
  };
  private static final double[][] PCI = {
    {1.0, 1.9, 4.0},
    {1.0, 2.5, 5.7},
    {0, 0, 3.7},
    {0, 0, 2.8},
    {0, 0, 0},
    {0, 0, 0},
    {0, 0, 4.0}
  };
  private static final double[][] NETWORK = {
    {5.0, 8.5, 14},
    {2.7, 4.0, 14.0},
    {0, 0, 31},
    {0, 0, 30},
    {0, 0, 18},
    {0, 0, 20.9},
    {0, 0, 14}
  };

  /** Bandwidths in GB/s, by generation and by one, two or more hosts. */
  private static final double[][] LL = {
    {39.0, 39.0, 20.4}, {87.7, 22.5, 19.0}, {141.0, 45.0, 35.0}, {282.0, 90.0, 70.0}
  };

  private static final double[][] RING_LL128 = {
    {20.0, 20.0, 20.0}, {20.0, 20.0, 20.0}, {36.7, 36.7, 36.7}, {40.0, 40.0, 40.0}
  };
  private static final double[] OLD_BLACKWELL_RING_LL128 = {2 * 36.7, 34.6, 2 * 36.7};
  private static final double[][] TREE_LL128 = {
    {20.0, 20.0, 20.0}, {20.0, 20.0, 20.0}, {36.7, 36.7, 29.0}, {55.6, 31.67, 20.0}
  };
  private static final double[][] TREE = {
    {26.5, 18.5, 10.0}, {24.0, 23.6, 17.8}, {38.7, 41.4, 36.0}, {70.0, 42.8, 24.0}
  };
  private static final double[][] NVLS_TREE = {
    {26.5, 18.5, 10.0}, {24.0, 23.6, 17.8}, {0.0, 57.7, 45.5}, {0.0, 96.0, 80.0}
  };
  private static final double OLD_BLACKWELL_NVLS_TREE = 43.8;
  private static final float[] MULTICAST_EFFICIENCY = {0, 0, .85f, .74f};

  /** What a tree loses at middle sizes: by protocol and by the logarithm of the size. */
  private static final float[][] TREE_CORRECTION = {
    {
      1, 1, 1, 1, .9f, .8f, .7f, .7f, .7f, .7f, .6f, .5f, .4f, .4f, .5f, .6f, .7f, .8f, .9f, 1, 1,
      1, 1, 1
    },
    {
      1, 1, 1, 1, 1, .9f, .8f, .8f, .8f, .7f, .6f, .6f, .6f, .6f, .6f, .6f, .8f, .9f, .9f, .9f, .9f,
      1, 1, 1
    },
    {
      .9f, .9f, .9f, .9f, .9f, .9f, .9f, .8f, .7f, .6f, .6f, .5f, .5f, .5f, .5f, .6f, .7f, .8f, .7f,
      .7f, .8f, .9f, .9f, .9f
    }
  };

  private final int generation;
  private final int scale;
  private final boolean isOld;

  /**
   * The columns for a communicator.
   *
   * @param version code of the NCCL that is imitated
   */
  TunerConstants(int capability, int hosts, int version) {
    generation = capability >= 100 ? BLACKWELL : capability >= 90 ? 2 : capability >= 80 ? 1 : 0;
    scale = Math.min(hosts, 3) - 1;
    isOld = version < NEW_BLACKWELL;
  }

  static double base(Algorithm algorithm, Protocol protocol) {
    return BASE[algorithm.ordinal()][protocol.ordinal()];
  }

  /** Latency of a link inside a host. */
  static double link(boolean nvLink, Algorithm algorithm, Protocol protocol) {
    return (nvLink ? NVLINK : PCI)[algorithm.ordinal()][protocol.ordinal()];
  }

  static double network(Algorithm algorithm, Protocol protocol) {
    return NETWORK[algorithm.ordinal()][protocol.ordinal()];
  }

  /** Factor of a tree's bandwidth; {@code log} is that of the size over 64 bytes, 0 to 23. */
  static float treeCorrection(Protocol protocol, int log) {
    return TREE_CORRECTION[protocol.ordinal()][log];
  }

  /** All channels with LL; between hosts NCCL goes by the CPU. */
  double ll(boolean amd) {
    return LL[scale == 0 ? generation : amd ? 1 : 0][scale];
  }

  double ringLl128() {
    return generation == BLACKWELL && isOld
        ? OLD_BLACKWELL_RING_LL128[scale]
        : RING_LL128[generation][scale];
  }

  double treeLl128() {
    return TREE_LL128[generation][scale];
  }

  double tree() {
    return TREE[generation][scale];
  }

  double nvlsTree() {
    return generation == BLACKWELL && isOld && scale == 2
        ? OLD_BLACKWELL_NVLS_TREE
        : NVLS_TREE[generation][scale];
  }

  float multicastEfficiency() {
    return MULTICAST_EFFICIENCY[generation];
  }
}
