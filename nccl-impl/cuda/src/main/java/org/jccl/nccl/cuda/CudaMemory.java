package org.jccl.nccl.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaMemcpyKind;
import org.jccl.DeviceMemory;
import org.jccl.Stream;
import org.jccl.spi.LeakWatch;

/** A GPU's memory: blocks from {@link MemoryBlocks}, copies and fills on streams. */
final class CudaMemory implements DeviceMemory, AutoCloseable {
  private final CudaDevice device;
  private final MemoryBlocks blocks;
  private final Staging staging;

  /** The sizes of the programs' pinned blocks. */
  private final List<Long> pinned = Collections.synchronizedList(new ArrayList<>());

  CudaMemory(CudaDevice device) {
    this.device = device;
    this.blocks = new MemoryBlocks(device);
    this.staging = new Staging(device);
  }

  @Override
  public long allocate(long bytes) {
    device.requireNotCapturing("allocation");
    return blocks.allocate(bytes);
  }

  /** Captures are relaxed: CUDA lets it through. */
  @Override
  public long allocateForCall(long bytes) {
    return blocks.allocate(bytes);
  }

  @Override
  public Runnable watch(Object buffer, Supplier<String> what) {
    return LeakWatch.of(buffer, device, what)::closed;
  }

  @Override
  public void free(long address) {
    blocks.free(address);
  }

  @Override
  public Arena hostArena() {
    return new PinnedArena(device, pinned::add, bytes -> pinned.remove(Long.valueOf(bytes)));
  }

  @Override
  public void copyIn(long target, MemorySegment source, Stream stream) {
    CudaStream queue = CudaStream.of(stream);
    if (!source.isNative()) {
      staging.copyIn(target, source, queue);
      return;
    }
    // Pageable memory may hold the caller up until earlier work of the stream is done; memory
    // registered with CUDA never does.
    move(target, source.address(), source.byteSize(), cudaMemcpyKind.cudaMemcpyHostToDevice, queue);
  }

  @Override
  public void copyOut(MemorySegment target, long source, Stream stream) {
    CudaStream queue = CudaStream.of(stream);
    move(target.address(), source, target.byteSize(), cudaMemcpyKind.cudaMemcpyDeviceToHost, queue);
  }

  @Override
  public void copyOutNow(MemorySegment target, long source, Stream stream) {
    if (target.isNative()) {
      copyOut(target, source, stream);
      stream.synchronize();
    } else {
      staging.copyOut(target, source, CudaStream.of(stream));
    }
  }

  @Override
  public void copy(long target, long source, long bytes, Stream stream) {
    move(target, source, bytes, cudaMemcpyKind.cudaMemcpyDeviceToDevice, CudaStream.of(stream));
  }

  private void move(long target, long source, long bytes, int kind, CudaStream queue) {
    if (bytes > 0) {
      device.makeCurrent();
      Cuda.check(
          JCuda.cudaMemcpyAsync(new Address(target), new Address(source), bytes, kind, queue.raw()),
          "cudaMemcpyAsync");
    }
  }

  @Override
  public void fill(long target, byte value, long bytes, Stream stream) {
    if (bytes > 0) {
      device.makeCurrent();
      Cuda.check(
          JCuda.cudaMemsetAsync(
              new Address(target), value & 0xFF, bytes, CudaStream.of(stream).raw()),
          "cudaMemsetAsync");
    }
  }

  /** What was allocated and not freed, in words. */
  List<String> left() {
    List<String> left = new ArrayList<>(blocks.left());
    synchronized (pinned) {
      pinned.forEach(bytes -> left.add("a host buffer of " + bytes + " bytes"));
    }
    return left;
  }

  @Override
  public void close() {
    staging.close();
    blocks.close();
  }
}
