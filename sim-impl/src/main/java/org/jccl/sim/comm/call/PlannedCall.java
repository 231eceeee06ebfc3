package org.jccl.sim.comm.call;

import org.jccl.sim.algo.ChannelSplit;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.SymmetricSplit;

/** How one collective of a rank is carried out. */
public sealed interface PlannedCall {
  /** How long it takes in virtual time. */
  long nanos();

  /**
   * By an algorithm, over channels.
   *
   * @param choice algorithm, protocol and NCCL's estimate, which in a group is that of all calls
   *     that are decided together
   * @param split its channels and chunks
   */
  record ByChannels(Choice choice, ChannelSplit split, long nanos) implements PlannedCall {}

  /**
   * By a symmetric kernel, in memory that all ranks can reach.
   *
   * @param isAverage whether the sum is divided
   * @param sendOffset where in its window the input begins, modulo 16
   * @param recvOffset the same of the output
   * @param micros NCCL's estimate, which in a group is that of all calls of the launch
   */
  record BySymmetricKernel(
      SymmetricSplit split,
      boolean isAverage,
      int sendOffset,
      int recvOffset,
      float micros,
      long nanos)
      implements PlannedCall {}

  /**
   * By one of jccl's own kernels (chapter 13). One of these is of one operation, type and count.
   */
  record ByOwnKernel(long nanos) implements PlannedCall {}
}
