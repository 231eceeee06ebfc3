package org.jccl.spi;

import java.util.function.IntFunction;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.ops.CallArguments;

/** jccl's own kernels on the devices of one communicator, all of them of this process. */
public interface KernelGroup {
  /** The library's way of a rank's call. */
  interface Issuer {
    /**
     * Makes the call of the C function.
     *
     * @param call the operation and its arguments
     * @param stream the stream on which the work is enqueued
     * @return NCCL's result code
     */
    int issue(CallArguments call, Stream stream);
  }

  /**
   * {@return what one rank issues its calls by}
   *
   * @param library the library's way of the rank's calls
   * @param rank the rank
   * @param limit how long its kernels wait for another rank
   * @param missing makes what the rank's program gets when a rank has not come in that time
   */
  KernelRank rank(Issuer library, int rank, TimeLimit limit, IntFunction<RuntimeException> missing);
}
