package org.jccl.nccl.cuda;

import java.util.ArrayList;
import java.util.List;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import jcuda.runtime.cudaEvent_t;
import org.jccl.Device;

/**
 * Pinned host blocks of any size that serve again when the work that used them last has run. They
 * stay until the device is closed: as many as were ever in use at once.
 */
final class PinnedBlocks implements AutoCloseable {
  private static final long SMALLEST = 4096;

  /** A block that much larger than what is asked for is left to others. */
  private static final long TOO_LARGE = 8;

  private final Device device;
  private final List<Block> blocks = new ArrayList<>();

  PinnedBlocks(Device device) {
    this.device = device;
  }

  /** One block, taken until it is given back. */
  final class Block {
    private final Address pinned;
    private final long bytes;
    private final cudaEvent_t used = new cudaEvent_t();
    private boolean taken = true;

    private Block(Address pinned, long bytes) {
      this.pinned = pinned;
      this.bytes = bytes;
      Cuda.check(
          JCuda.cudaEventCreateWithFlags(used, JCuda.cudaEventDisableTiming),
          "cudaEventCreateWithFlags");
    }

    long address() {
      return pinned.value();
    }

    /** It is in use until what is on the stream now has run. */
    void usedOn(StreamHandle stream) {
      Cuda.check(JCuda.cudaEventRecord(used, stream.raw()), "cudaEventRecord");
    }

    void giveBack() {
      synchronized (PinnedBlocks.this) {
        taken = false;
      }
    }

    private boolean isFree() {
      return !taken && JCuda.cudaEventQuery(used) != cudaError.cudaErrorNotReady;
    }
  }

  /** A block of at least so many bytes; the device is current. */
  synchronized Block take(long bytes) {
    for (Block block : blocks) {
      if (bytes <= block.bytes && block.bytes <= TOO_LARGE * Math.max(bytes, SMALLEST)) {
        if (block.isFree()) {
          block.taken = true;
          return block;
        }
      }
    }
    long size = Math.max(SMALLEST, bytes);
    Address pinned = new Address();
    Cuda.check(JCuda.cudaHostAlloc(pinned, size, JCuda.cudaHostAllocDefault), "cudaHostAlloc");
    Block block = new Block(pinned, size);
    blocks.add(block);
    return block;
  }

  /** Frees the blocks that nothing uses any more; the rest goes with the process. */
  @Override
  public synchronized void close() {
    if (blocks.isEmpty()) {
      return;
    }
    device.makeCurrent();
    for (Block block : blocks) {
      if (block.isFree()) {
        JCuda.cudaEventDestroy(block.used);
        JCuda.cudaFreeHost(block.pinned);
      }
    }
    blocks.clear();
  }
}
