package org.jccl.spi;

import org.jccl.Stream;

/**
 * A device that knows which of its streams are being captured, and by whom. CUDA answers what may
 * not happen meanwhile with an error and spoils the capture; jccl refuses it first, so that the
 * capture goes on (rules STR-30, STR-31).
 */
public interface CaptureGuard {
  /**
   * Refuses what a thread may not do while it captures a stream of this device.
   *
   * @param what what it wants to do, as a noun
   * @throws IllegalStateException if the calling thread captures
   */
  void requireNotCapturing(String what);

  /**
   * {@return the refusal of what a capturing thread may not do}
   *
   * @param what what it wants to do, as a noun
   * @param stream the stream that it captures
   */
  static IllegalStateException refusal(String what, Stream stream) {
    return new IllegalStateException(
        what
            + " while this thread captures "
            + stream
            + ": do it before the capture begins; CUDA forbids it to a capturing thread"
            + " (cudaErrorStreamCaptureUnsupported, STR-30)");
  }

  /** {@return the refusal of a copy of a heap array under capture} */
  static IllegalStateException heapCopy() {
    return new IllegalStateException(
        "a copy of a heap array cannot be captured: the graph would use a block that serves"
            + " others by then; use off-heap memory (STR-31)");
  }
}
