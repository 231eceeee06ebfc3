package org.jccl.nccl.cuda;

import org.jccl.Stream;

/** What has work of its own on streams of a device, beside the library. */
interface StreamUser {
  /** A stream ends, or a capture begins there: later work cannot wait for it. */
  void leaves(Stream stream);

  /** Throws, once, what its work has failed with. */
  void throwFailure();
}
