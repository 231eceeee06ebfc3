package org.jccl.benchmarks.simspeed;

/** How simulated ranks run. */
public enum RankMode {
  /** As {@link org.jccl.Ranks} runs them: one at a time, in an order that the kernel repeats. */
  DETERMINISTIC,
  /** A platform thread for each, in the order of the machine. */
  FREE
}
