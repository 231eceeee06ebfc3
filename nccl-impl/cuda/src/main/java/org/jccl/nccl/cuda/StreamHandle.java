package org.jccl.nccl.cuda;

import jcuda.driver.CUstream;
import jcuda.runtime.cudaStream_t;
import org.jccl.nccl.ffi.DriverCalls;

/** One stream for JCuda's driver calls, and its raw value for NCCL. */
final class StreamHandle extends CUstream {
  private final cudaStream_t raw;

  StreamHandle(cudaStream_t stream) {
    super(stream);
    this.raw = stream;
  }

  /** The same for calls of the runtime. */
  cudaStream_t raw() {
    return raw;
  }

  long value() {
    return getNativePointer();
  }

  /** The number of the capture that it takes part in; 0 if there is none. The device is current. */
  long captureNumber() {
    return DriverCalls.captureNumber(value());
  }
}
