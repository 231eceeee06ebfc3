package org.jccl.sim.faults;

/** The process of a rank is gone: thrown by each call that its thread still makes. */
final class RankExit extends Error {
  private static final long serialVersionUID = 1L;

  RankExit(int rank, Fault fault) {
    super("the process of rank " + rank + " is gone: " + fault, null, false, false);
  }
}
