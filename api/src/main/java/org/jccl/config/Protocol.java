package org.jccl.config;

/**
 * How NCCL's kernels hand data to the next rank, in NCCL's own order.
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html#nccl-proto">
 *     NCCL_PROTO</a>
 */
public enum Protocol {
  /** Low latency: four bytes of data and a flag of four, written as one. */
  LL("LL"),
  /** Low latency, 120 bytes of data to 8 of flags: for NVLink. */
  LL128("LL128"),
  /** Large chunks and one flag for each. */
  SIMPLE("Simple");

  private final String nativeName;

  Protocol(String nativeName) {
    this.nativeName = nativeName;
  }

  /** {@return NCCL's name, as {@code NCCL_PROTO} takes it (in any case)} */
  public String nativeName() {
    return nativeName;
  }
}
