package org.jccl.nccl.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;
import jcuda.runtime.JCuda;
import org.jccl.nccl.ffi.NativeAccess;

/** Pinned host memory of one buffer, which all devices of the process can use. */
final class PinnedArena implements Arena {
  private final Arena lifetime = Arena.ofShared();
  private final CudaDevice device;
  private final LongConsumer made;
  private final LongConsumer freed;

  /**
   * Nothing yet.
   *
   * @param made told of the bytes of each block
   * @param freed told the same when it is freed
   */
  PinnedArena(CudaDevice device, LongConsumer made, LongConsumer freed) {
    this.device = device;
    this.made = made;
    this.freed = freed;
  }

  /** CUDA aligns by far more than elements need. */
  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    device.requireNotCapturing("allocation");
    device.makeCurrent();
    Address pinned = new Address();
    Cuda.check(
        JCuda.cudaHostAlloc(pinned, Math.max(1, bytes), JCuda.cudaHostAllocPortable),
        "cudaHostAlloc");
    made.accept(bytes);
    return NativeAccess.memory(pinned.value(), bytes, lifetime, () -> free(pinned, bytes));
  }

  /** CUDA waits here for work that uses it. */
  private void free(Address pinned, long bytes) {
    freed.accept(bytes);
    device.makeCurrent();
    Cuda.check(JCuda.cudaFreeHost(pinned), "cudaFreeHost");
  }

  @Override
  public MemorySegment.Scope scope() {
    return lifetime.scope();
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
