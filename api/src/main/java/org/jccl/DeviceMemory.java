package org.jccl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * The memory of one device by address, as {@code cudaMalloc} and {@code cudaMemcpyAsync} see it.
 * Most programs use {@link DeviceBuffer}, which is built on it.
 *
 * <p>Lengths are bytes, addresses are device addresses. The caller checks a range against its
 * buffer; an implementation checks it against its allocations where it can.
 */
public interface DeviceMemory {
  /**
   * {@return fresh memory; {@code bytes} may be 0, then some non-null address comes back}
   *
   * @param bytes number of bytes
   */
  long allocate(long bytes);

  /**
   * {@return fresh memory that jccl itself needs for a call; unlike a program it may take it while
   * the thread captures (rule STR-30)}
   *
   * @param bytes number of bytes
   */
  default long allocateForCall(long bytes) {
    return allocate(bytes);
  }

  /**
   * Gives memory back that nothing in flight uses. A GPU may wait for the device here; the
   * simulator reports memory that is still in use.
   *
   * @param address address on the device
   */
  void free(long address);

  /**
   * {@return a shared arena whose memory is pinned, where there is such memory: the device copies
   * from it and to it by itself} What it allocates has any content. Closing it frees that.
   */
  default Arena hostArena() {
    return Arena.ofShared();
  }

  /**
   * Enqueues a copy from host memory. A heap segment is staged before this returns; an off-heap one
   * must live and stay unchanged until the stream has passed.
   *
   * @param target where bytes go
   * @param source where bytes come from
   * @param stream the stream on which the work is enqueued
   */
  void copyIn(long target, MemorySegment source, Stream stream);

  /**
   * Enqueues a copy to off-heap host memory, which must live until the stream has passed.
   *
   * @param target where bytes go
   * @param source where bytes come from
   * @param stream the stream on which the work is enqueued
   */
  void copyOut(MemorySegment target, long source, Stream stream);

  /**
   * Copies to host memory of any kind and waits until it is there.
   *
   * @param target where bytes go
   * @param source where bytes come from
   * @param stream the stream on which the work is enqueued
   */
  void copyOutNow(MemorySegment target, long source, Stream stream);

  /**
   * Enqueues a copy inside the device.
   *
   * @param target where bytes go
   * @param source where bytes come from
   * @param bytes number of bytes
   * @param stream the stream on which the work is enqueued
   */
  void copy(long target, long source, long bytes, Stream stream);

  /**
   * Enqueues a fill with one byte value.
   *
   * @param target where bytes go
   * @param value the value of every byte
   * @param bytes number of bytes
   * @param stream the stream on which the work is enqueued
   */
  void fill(long target, byte value, long bytes, Stream stream);

  /**
   * {@return what is run when a buffer is closed} Where nobody else tells of buffers that are never
   * closed, as a simulator does, this is the place to begin to.
   *
   * @param buffer the buffer, which has memory of its own; must not be held
   * @param what what it is, in words
   */
  default Runnable watch(Object buffer, Supplier<String> what) {
    return () -> {};
  }
}
