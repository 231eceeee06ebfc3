package org.jccl.nccl.cuda;

import java.util.List;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaStream_t;

/**
 * What the ranks of one communicator exchange lines through, in one order: on each GPU the slots of
 * all ranks, and what its kernels keep between calls. Calls outside graphs have one; each capture
 * has one of its own, so a graph may be launched beside other calls.
 */
final class OneShotChannel {
  /** A count for each of 32 blocks, then whether calls still run. */
  private static final long CONTROL_BYTES = 256;

  private static final long STATE = 32 * Integer.BYTES;
  private static final int BROKEN = 0xFF;
  private static final int BYTES_OF_LINE = 16;

  private final List<CudaDevice> devices;
  private final Address[] slots;
  private final Address[] controls;

  /**
   * Allocates on all devices; the calling thread's device is another one afterwards.
   *
   * @param lines how many lines the longest message has
   */
  OneShotChannel(List<CudaDevice> devices, int lines) {
    this.devices = devices;
    this.slots = new Address[devices.size()];
    this.controls = new Address[devices.size()];
    long bytes = 2L * devices.size() * lines * BYTES_OF_LINE;
    for (int rank = 0; rank < slots.length; rank++) {
      devices.get(rank).makeCurrent();
      slots[rank] = allocate(bytes);
      controls[rank] = allocate(CONTROL_BYTES);
      fill(slots[rank], 0, bytes);
      fill(controls[rank], 0, CONTROL_BYTES);
    }
  }

  private static Address allocate(long bytes) {
    Address made = new Address();
    Cuda.check(JCuda.cudaMalloc(made, bytes), "cudaMalloc");
    return made;
  }

  /** On a stream of its own, so that it waits for nobody else's work. */
  private static void fill(Address at, int value, long bytes) {
    cudaStream_t own = new cudaStream_t();
    Cuda.check(
        JCuda.cudaStreamCreateWithFlags(own, JCuda.cudaStreamNonBlocking),
        "cudaStreamCreateWithFlags");
    try {
      Cuda.check(JCuda.cudaMemsetAsync(at, value, bytes, own), "cudaMemsetAsync");
      Cuda.check(JCuda.cudaStreamSynchronize(own), "cudaStreamSynchronize");
    } finally {
      JCuda.cudaStreamDestroy(own);
    }
  }

  /** The slots in a rank's memory. */
  long slots(int rank) {
    return slots[rank].value();
  }

  /** What a rank's kernels keep between calls. */
  long control(int rank) {
    return controls[rank].value();
  }

  /** Kernels that begin from now on do nothing: those of graphs that are still there. */
  void end() {
    for (int rank = 0; rank < slots.length; rank++) {
      devices.get(rank).makeCurrent();
      fill(new Address(control(rank) + STATE), BROKEN, Integer.BYTES);
    }
  }

  /** No kernel uses the slots any more; {@code forGood}: none will begin either. */
  void free(boolean forGood) {
    for (int rank = 0; rank < slots.length; rank++) {
      devices.get(rank).makeCurrent();
      JCuda.cudaFree(slots[rank]);
      if (forGood) {
        JCuda.cudaFree(controls[rank]);
      }
    }
  }
}
