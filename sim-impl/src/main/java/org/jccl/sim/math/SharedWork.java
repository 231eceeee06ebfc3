package org.jccl.sim.math;

/** Work on a range of equal units that may be cut anywhere and done by several threads at once. */
interface SharedWork {
  /** Does the units from {@code from} (inclusive) to {@code to} (exclusive). */
  void run(long from, long to, Scratch scratch);
}
