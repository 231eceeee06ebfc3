package org.jccl.nccl.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import jcuda.runtime.cudaEvent_t;
import jcuda.runtime.cudaMemcpyKind;
import org.jccl.nccl.ffi.NativeAccess;
import org.jccl.spi.CaptureGuard;
import org.jspecify.annotations.Nullable;

/**
 * Pinned host blocks through which heap arrays are copied.
 *
 * <p>The collector may move an array, and CUDA may hold the caller up for pageable memory until the
 * stream gets there; a pinned block does neither. Blocks serve again when the copy that used them
 * has run, and stay until the device is closed: as many as were ever in flight at once.
 */
final class Staging implements AutoCloseable {
  private static final long BLOCK_BYTES = 4L << 20;

  /** How much may be in flight on the device's own stream, where callers wait anyhow. */
  private static final int BLOCKS_BEFORE_WAITING = 16;

  private static final class Block {
    private final Address pinned;
    private final MemorySegment memory;
    private final cudaEvent_t used = new cudaEvent_t();
    private boolean taken = true;

    private Block(Address pinned) {
      this.pinned = pinned;
      this.memory = NativeAccess.memory(pinned.value(), BLOCK_BYTES);
      Cuda.check(
          JCuda.cudaEventCreateWithFlags(used, JCuda.cudaEventDisableTiming),
          "cudaEventCreateWithFlags");
    }
  }

  private final CudaDevice device;
  private final List<Block> blocks = new ArrayList<>();

  Staging(CudaDevice device) {
    this.device = device;
  }

  /** Reads all of {@code source} before it returns. */
  void copyIn(long target, MemorySegment source, CudaStream stream) {
    requireRunning(stream);
    for (long done = 0; done < source.byteSize(); done += BLOCK_BYTES) {
      long bytes = Math.min(BLOCK_BYTES, source.byteSize() - done);
      Block block = take(stream);
      MemorySegment.copy(source, done, block.memory, 0, bytes);
      move(block, new Address(target + done), bytes, true, stream);
      giveBack(block);
    }
  }

  private static void requireRunning(CudaStream stream) {
    if (stream.isCapturing()) {
      throw CaptureGuard.heapCopy();
    }
  }

  /** Fills all of {@code target} before it returns; one block ahead of the copying. */
  void copyOut(MemorySegment target, long source, CudaStream stream) {
    requireRunning(stream);
    Block ahead = null;
    long aheadAt = 0;
    for (long done = 0; done < target.byteSize(); done += BLOCK_BYTES) {
      Block block = take(stream);
      long bytes = Math.min(BLOCK_BYTES, target.byteSize() - done);
      move(block, new Address(source + done), bytes, false, stream);
      drain(ahead, target, aheadAt);
      ahead = block;
      aheadAt = done;
    }
    drain(ahead, target, aheadAt);
  }

  private void drain(@Nullable Block block, MemorySegment target, long at) {
    if (block != null) {
      await(block);
      long bytes = Math.min(BLOCK_BYTES, target.byteSize() - at);
      MemorySegment.copy(block.memory, 0, target, at, bytes);
      giveBack(block);
    }
  }

  private void move(Block block, Address onDevice, long bytes, boolean in, CudaStream stream) {
    device.makeCurrent();
    int code =
        in
            ? JCuda.cudaMemcpyAsync(
                onDevice, block.pinned, bytes, cudaMemcpyKind.cudaMemcpyHostToDevice, stream.raw())
            : JCuda.cudaMemcpyAsync(
                block.pinned, onDevice, bytes, cudaMemcpyKind.cudaMemcpyDeviceToHost, stream.raw());
    Cuda.check(code, "cudaMemcpyAsync");
    Cuda.check(JCuda.cudaEventRecord(block.used, stream.raw()), "cudaEventRecord");
  }

  private synchronized Block take(CudaStream stream) {
    device.makeCurrent();
    for (Block block : blocks) {
      if (!block.taken && JCuda.cudaEventQuery(block.used) != cudaError.cudaErrorNotReady) {
        block.taken = true;
        return block;
      }
    }
    if (blocks.size() >= BLOCKS_BEFORE_WAITING && stream == device.defaultStream()) {
      for (Block block : blocks) {
        if (!block.taken) {
          block.taken = true;
          await(block);
          return block;
        }
      }
    }
    Address pinned = new Address();
    Cuda.check(
        JCuda.cudaHostAlloc(pinned, BLOCK_BYTES, JCuda.cudaHostAllocDefault), "cudaHostAlloc");
    Block block = new Block(pinned);
    blocks.add(block);
    return block;
  }

  private synchronized void giveBack(Block block) {
    block.taken = false;
  }

  private static void await(Block block) {
    Cuda.await(
        () -> JCuda.cudaEventSynchronize(block.used),
        () -> JCuda.cudaEventQuery(block.used),
        "cudaEventSynchronize");
  }

  /** Frees the blocks that nothing reads or writes any more; the rest goes with the process. */
  @Override
  public synchronized void close() {
    if (blocks.isEmpty()) {
      return;
    }
    device.makeCurrent();
    for (Block block : blocks) {
      if (!block.taken && JCuda.cudaEventQuery(block.used) != cudaError.cudaErrorNotReady) {
        JCuda.cudaEventDestroy(block.used);
        JCuda.cudaFreeHost(block.pinned);
      }
    }
    blocks.clear();
  }
}
