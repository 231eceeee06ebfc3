package org.jccl.sim.algo;

/** What NCCL's search looks for inside each host (rule TREE-05). */
public enum SearchPattern {
  /** A chain whose first two GPUs share the traffic with other hosts. */
  BALANCED_TREE,
  /** A chain whose second GPU talks to both children. */
  SPLIT_TREE,
  /** A chain whose first GPU talks to other hosts. */
  TREE,
  /** A ring. */
  RING,
  /** One head per channel, with the switch's multicast. */
  NVLS
}
