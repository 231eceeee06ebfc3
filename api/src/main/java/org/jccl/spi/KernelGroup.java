package org.jccl.spi;

import java.util.function.IntFunction;
import org.jccl.config.TimeLimit;

/** jccl's own kernels on the devices of one communicator, all of them of this process. */
public interface KernelGroup {
  /**
   * {@return what one rank issues its calls by}
   *
   * @param communicator the rank's communicator
   * @param rank its rank
   * @param limit how long its kernels wait for another rank
   * @param missing makes what the rank's program gets when a rank has not come in that time
   */
  KernelRank rank(
      LibraryCommunicator communicator,
      int rank,
      TimeLimit limit,
      IntFunction<RuntimeException> missing);
}
