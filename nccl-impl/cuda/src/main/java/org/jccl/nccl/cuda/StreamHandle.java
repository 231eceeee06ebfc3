package org.jccl.nccl.cuda;

import jcuda.driver.CUstream;
import jcuda.runtime.cudaStream_t;

/** One stream for JCuda's driver calls, and its raw value for NCCL. */
final class StreamHandle extends CUstream {
  StreamHandle(cudaStream_t stream) {
    super(stream);
  }

  long value() {
    return getNativePointer();
  }
}
