package org.jccl.spi;

import org.jccl.Stream;
import org.jccl.ops.CallArguments;

/** One rank's end of a {@link KernelGroup}. Used by the communicator's thread, but for abort. */
public interface KernelRank {
  /** What {@link #launch} gives where the library has to make the call: on all ranks alike. */
  int NOT_HERE = -1;

  /**
   * Enqueues a call behind the communicator's last one, or captures it.
   *
   * @param call the call; {@link org.jccl.ops.KernelCalls} has it
   * @param stream the stream
   * @return NCCL's result code, or {@link #NOT_HERE}
   */
  int launch(CallArguments call, Stream stream);

  /**
   * A call of the library goes to {@code stream} next: behind the communicator's last call.
   *
   * @param stream the stream
   */
  void order(Stream stream);

  /** Kernels that wait leave, and later ones do nothing; from any thread, at once. */
  void abort();

  /** No more calls come; what they have enqueued has ended, or was aborted. */
  void close();
}
