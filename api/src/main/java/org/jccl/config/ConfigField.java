package org.jccl.config;

/**
 * The integer fields of NCCL's communicator configuration, {@code ncclConfig_t}: where each lies in
 * the struct, since when, what it may hold (rules CFG-01 to CFG-16, CFG-20 to CFG-24). The checks
 * run in this order (CFG-02).
 */
public enum ConfigField {
  /** Whether calls wait for their host side work (rule CFG-03). */
  BLOCKING("blocking", 16, 21403, 0, 1, 1),
  /** Thread blocks per cluster (rule CFG-04); above 8 is refused here. */
  CGA_CLUSTER_SIZE("cgaClusterSize", 20, 21700, 0, 8, 4),
  /** Fewest thread blocks (rule CFG-05). */
  MIN_CTAS("minCTAs", 24, 21700, 1, Integer.MAX_VALUE, 1),
  /** Most thread blocks (rule CFG-05). */
  MAX_CTAS("maxCTAs", 28, 21700, 1, Integer.MAX_VALUE, 64),
  /** Whether children share resources (rule CFG-06). */
  SPLIT_SHARE("splitShare", 40, 21801, 0, 1, 0),
  /** Network traffic class, any value (rule CFG-18). */
  TRAFFIC_CLASS(
      "trafficClass", 44, 22602, Integer.MIN_VALUE + 1, Integer.MAX_VALUE, Integer.MIN_VALUE),
  /** Whether the network may reduce (rule CFG-07). */
  COLLNET_ENABLE("collnetEnable", 56, 22703, 0, 1, 0),
  /** Thread block policy (rule CFG-08). */
  CTA_POLICY("CTAPolicy", 60, 22703, 0, 3, 0),
  /** Whether shrunken communicators share resources (rule CFG-09). */
  SHRINK_SHARE("shrinkShare", 64, 22703, 0, 1, 0),
  /** Thread blocks for NVLink multicast (rule CFG-10). */
  NVLS_CTAS("nvlsCTAs", 68, 22703, 1, Integer.MAX_VALUE, Integer.MIN_VALUE),
  /** Channels per network peer (rule CFG-11). */
  CHANNELS_PER_NET_PEER("nChannelsPerNetPeer", 72, 22803, 1, 64, Integer.MIN_VALUE),
  /** Scheduling centred on NVLink (rule CFG-12). */
  NVLINK_CENTRIC_SCHED("nvlinkCentricSched", 76, 22803, 0, 1, 0),
  /** How graphs are used (rule CFG-13). */
  GRAPH_USAGE_MODE("graphUsageMode", 80, 22902, 0, 2, 2),
  /** Contexts for one-sided operations (rule CFG-14). */
  NUM_RMA_CTX("numRmaCtx", 84, 22902, 0, Integer.MAX_VALUE, 1),
  /** Most point-to-point peers (rule CFG-15). */
  MAX_P2P_PEERS("maxP2pPeers", 88, 23003, 1, Integer.MAX_VALUE, Integer.MIN_VALUE),
  /** Whether capture keeps stream order (rule CFG-16). */
  GRAPH_STREAM_ORDERING("graphStreamOrdering", 92, 23007, 0, 1, 1),
  /** Whether launches keep the order of the host's calls (rule CFG-20). */
  LAUNCH_ORDER_IMPLICIT("launchOrderImplicit", 96, 23102, 0, 1, Integer.MIN_VALUE),
  /** How many signals each pair of ranks and context has (rule CFG-21). */
  NUM_RMA_SIG("numRmaSig", 100, 23102, 0, Integer.MAX_VALUE, 1),
  /** Whether one-sided operations are set up with the communicator (rule CFG-22). */
  RMA_EAGER_INIT("rmaEagerInit", 104, 23102, 0, 1, 0),
  /** Whether counted writes are used: 1 yes, 2 no, 3 where they are there (rule CFG-23). */
  HOST_CFT_MODE("hostCftMode", 108, 23102, 1, 3, 2),
  /** Which parts of NVLink multicast are switched off, as bits (rule CFG-24). */
  NVLS_HOST_MODE("nvlsHostMode", 112, 23203, 0, 3, 0);

  /** The value of {@link #NVLS_HOST_MODE} that switches all off, also what is still to come. */
  public static final int ALL_NVLS_OFF = Integer.MAX_VALUE;

  /** The value that stands for "not set" (rule CFG-02). */
  public static final int UNDEFINED = Integer.MIN_VALUE;

  /** {@code size}: offset of the struct's own size, 8 bytes. */
  public static final int SIZE_OFFSET = 0;

  /** {@code magic}: offset of the marker, 4 bytes. */
  public static final int MAGIC_OFFSET = 8;

  /** {@code version}: offset of the version code the struct was made for, 4 bytes. */
  public static final int VERSION_OFFSET = 12;

  /** {@code netName}: offset of the network's name, a pointer (rule CFG-17). */
  public static final int NET_NAME_OFFSET = 32;

  /** {@code commName}: offset of the communicator's name, a pointer (rule CFG-18). */
  public static final int COMM_NAME_OFFSET = 48;

  /** The marker of an initialised struct (rule CFG-01). */
  public static final int MAGIC = 0xcafebeef;

  private final String nativeName;
  private final int offset;
  private final int since;
  private final int min;
  private final int max;
  private final int defaultValue;

  ConfigField(String nativeName, int offset, int since, int min, int max, int defaultValue) {
    this.nativeName = nativeName;
    this.offset = offset;
    this.since = since;
    this.min = min;
    this.max = max;
    this.defaultValue = defaultValue;
  }

  /**
   * {@return bytes of the struct in a library of {@code version} (rule CFG-01)}
   *
   * @param version NCCL's version code, for example 22809
   */
  public static int structBytes(int version) {
    int end = BLOCKING.offset + 4;
    for (ConfigField field : values()) {
      if (field.since <= version) {
        end = Math.max(end, field.offset + 4);
      }
    }
    return (end + 7) & ~7;
  }

  /** {@return NCCL's name of the field} */
  public String nativeName() {
    return nativeName;
  }

  /** {@return the byte offset in the struct} */
  public int offset() {
    return offset;
  }

  /** {@return NCCL version code that first had the field} */
  public int since() {
    return since;
  }

  /** {@return the smallest allowed value} */
  public int min() {
    return min;
  }

  /** {@return the largest allowed value} */
  public int max() {
    return max;
  }

  /** {@return what "not set" means, or {@link #UNDEFINED} where the library chooses} */
  public int defaultValue() {
    return defaultValue;
  }

  /**
   * {@return whether {@code value} is allowed, or stands for "not set"}
   *
   * @param value a value of the field
   */
  public boolean allows(int value) {
    return value == UNDEFINED || (value >= min && value <= max) || isAllNvlsOff(value);
  }

  /**
   * {@return the smallest value that NCCL itself takes in {@code version} (rule CFG-14)}
   *
   * @param version NCCL's version code, for example 22809
   */
  public int minIn(int version) {
    return this == NUM_RMA_CTX && version < 23007 ? 1 : min;
  }

  /**
   * {@return the largest value that NCCL itself takes in {@code version} (rules CFG-04, CFG-08)}
   *
   * @param version NCCL's version code, for example 22809
   */
  public int maxIn(int version) {
    return switch (this) {
      case CGA_CLUSTER_SIZE -> Integer.MAX_VALUE;
      case CTA_POLICY -> version < 22803 ? 1 : version < 22902 ? 2 : max;
      default -> max;
    };
  }

  /**
   * {@return whether NCCL itself takes {@code value} in {@code version}, or it stands for "not
   * set"}
   *
   * @param version NCCL's version code, for example 22809
   * @param value a value of the field
   */
  public boolean allowsIn(int version, int value) {
    return value == UNDEFINED
        || (value >= minIn(version) && value <= maxIn(version))
        || isAllNvlsOff(value);
  }

  private boolean isAllNvlsOff(int value) {
    return this == NVLS_HOST_MODE && value == ALL_NVLS_OFF;
  }
}
