package org.jccl.nccl.cuda;

/** What has work of its own on streams of a device, beside the library. */
interface StreamUser {
  /** A stream ends, or a capture begins there: later work cannot wait for it. */
  void leaves(CudaStream stream);

  /** Throws, once, what its work has failed with. */
  void throwFailure();
}
