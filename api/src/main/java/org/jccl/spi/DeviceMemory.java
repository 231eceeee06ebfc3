package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import org.jccl.Stream;

/**
 * Device memory of one device: the copying, filling and freeing behind {@link
 * org.jccl.DeviceBuffer}. Lengths are bytes, addresses device addresses. Ranges are checked by the
 * caller against the buffer and by the implementation against its allocations where it can.
 */
public interface DeviceMemory {
  /** Fresh memory; {@code bytes} may be 0, then some non-null address comes back. */
  long allocate(long bytes);

  /** Gives memory back once what is enqueued on it is done; never waits for the device. */
  void free(long address);

  /**
   * Enqueues a copy from host memory. A heap segment is staged before this returns; an off-heap one
   * must live and stay unchanged until the stream has passed.
   */
  void copyIn(long target, MemorySegment source, Stream stream);

  /** Enqueues a copy to off-heap host memory, which must live until the stream has passed. */
  void copyOut(MemorySegment target, long source, Stream stream);

  /** Copies to host memory of any kind and waits until it is there. */
  void copyOutNow(MemorySegment target, long source, Stream stream);

  /** Enqueues a copy inside the device. */
  void copy(long target, long source, long bytes, Stream stream);

  /** Enqueues a fill with one byte value. */
  void fill(long target, byte value, long bytes, Stream stream);
}
