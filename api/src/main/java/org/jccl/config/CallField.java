package org.jccl.config;

/**
 * The integer fields of NCCL's configuration of one call, {@code ncclCollConfig_t}: where each lies
 * in the struct, and what it may hold (rules CFG-25 to CFG-27). All are there since 2.31.2.
 */
public enum CallField {
  /** Fewest thread blocks. */
  MIN_CTAS("minCTAs", 24, 1, 64),
  /** Most thread blocks; the communicator's own limit holds, too. */
  MAX_CTAS("maxCTAs", 28, 1, 64),
  /** Most thread blocks for NVLink multicast. */
  NVLS_CTAS("nvlsCTAs", 32, 1, 64),
  /** Thread blocks per cluster: of a whole group, so the same in all its calls. */
  CGA_CLUSTER_SIZE("cgaClusterSize", 36, 0, 8),
  /** Thread block policy; the communicator's unless set. */
  CTA_POLICY("CTAPolicy", 52, 0, 3);

  /** {@code ext}: offset of a list of other vendors' options, a pointer; NCCL ignores it. */
  public static final int EXTENSIONS_OFFSET = 16;

  /** {@code algSelection}: offset of the names that may be chosen, a pointer. */
  public static final int SELECTION_OFFSET = 40;

  /** {@code forceAlgSelection}: offset of whether an impossible selection is an error, 4 bytes. */
  public static final int FORCED_OFFSET = 48;

  /** {@code userProfilerTag}: offset of a number for profilers, 8 bytes. */
  public static final int TAG_OFFSET = 56;

  /** {@code launchCompletionEvent}: offset of a CUDA event, a pointer. */
  public static final int EVENT_OFFSET = 64;

  /** The version that first had {@code launchCompletionEvent}. */
  public static final int EVENT_SINCE = 23203;

  private final String nativeName;
  private final int offset;
  private final int min;
  private final int max;

  CallField(String nativeName, int offset, int min, int max) {
    this.nativeName = nativeName;
    this.offset = offset;
    this.min = min;
    this.max = max;
  }

  /**
   * {@return bytes of the struct in a library of {@code version} (rule CFG-25)}
   *
   * @param version NCCL's version code, for example 23102
   */
  public static int structBytes(int version) {
    return version < EVENT_SINCE ? EVENT_OFFSET : EVENT_OFFSET + Long.BYTES;
  }

  /** {@return NCCL's name of the field} */
  public String nativeName() {
    return nativeName;
  }

  /** {@return the byte offset in the struct} */
  public int offset() {
    return offset;
  }

  /** {@return the smallest value that has an effect} */
  public int min() {
    return min;
  }

  /** {@return the largest value that has an effect} */
  public int max() {
    return max;
  }

  /**
   * {@return whether {@code value} has an effect; NCCL ignores others (CFG-26), but for the policy,
   * which it refuses}
   *
   * @param value a value of the field
   */
  public boolean allows(int value) {
    return value >= min && value <= max;
  }
}
