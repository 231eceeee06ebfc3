package org.jccl.config;

/**
 * How NCCL can carry out a collective, in NCCL's own order.
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html#nccl-algo">
 *     NCCL_ALGO</a>
 */
public enum Algorithm {
  /** A chain inside a host, a double binary tree across hosts; all-reduce only. */
  TREE("Tree"),
  /** A ring through all ranks. */
  RING("Ring"),
  /** The network reduces, every GPU talks to it. */
  COLLNET_DIRECT("CollNetDirect"),
  /** The network reduces, a chain of GPUs in each host. */
  COLLNET_CHAIN("CollNetChain"),
  /** The NVSwitch reduces and multiplies. */
  NVLS("NVLS"),
  /** {@link #NVLS} inside hosts, a tree across them. */
  NVLS_TREE("NVLSTree"),
  /** Parallel aggregated trees: reduce-scatter and all-gather with few bytes and many ranks. */
  PAT("PAT");

  private final String nativeName;

  Algorithm(String nativeName) {
    this.nativeName = nativeName;
  }

  /** {@return NCCL's name, as {@code NCCL_ALGO} takes it (in any case)} */
  public String nativeName() {
    return nativeName;
  }
}
