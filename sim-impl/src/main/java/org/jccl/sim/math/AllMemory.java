package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The whole address space as one constant segment.
 *
 * <p>Loops over segments that are arguments run at C's speed only until the JVM has seen a second
 * kind of arena; through this constant they always do. Only loaded where native access is enabled.
 */
final class AllMemory {
  /** Offsets into it are addresses. */
  static final MemorySegment ALL = everything();

  /** The byte order of vector loads and stores. */
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Less than this many bytes are not worth a vector loop, which is slow until it is compiled. */
  private static final int WORTH_VECTORS = 256;

  private AllMemory() {}

  /** How many of {@code bytes} bytes a loop over vectors of {@code width} bytes takes. */
  static int whole(int bytes, int width) {
    return isWorthVectors(bytes) ? bytes & -width : 0;
  }

  /** Whether a loop over {@code bytes} bytes goes by vectors at all. */
  static boolean isWorthVectors(long bytes) {
    return bytes >= WORTH_VECTORS;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  /** The address of a range that may be read; what ALL cannot check is checked here. */
  static long readable(MemorySegment segment, long offset, long bytes) {
    Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
    if (!segment.isNative()) {
      throw new IllegalArgumentException("expected off-heap memory, got " + segment);
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("memory was freed: " + segment);
    }
    return segment.address() + offset;
  }

  /** The address of a range that may be written. */
  static long writable(MemorySegment segment, long offset, long bytes) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException("expected writable memory, got " + segment);
    }
    return readable(segment, offset, bytes);
  }
}
