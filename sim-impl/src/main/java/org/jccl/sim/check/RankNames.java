package org.jccl.sim.check;

/** How reports call the ranks of one communicator. */
@FunctionalInterface
public interface RankNames {
  /** The rank of the communicator as the whole program knows it: {@code rank 2 (1 in tp)}. */
  String of(int rank);
}
