package org.jccl.observe;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/** Finds NaN and infinities by their bits. */
final class FloatScan {
  private static final long FLOAT64_INFINITY = 0x7FF0_0000_0000_0000L;

  private final boolean allowsInfinities;

  FloatScan(boolean allowsInfinities) {
    this.allowsInfinities = allowsInfinities;
  }

  /** The first bad element, or -1. */
  long firstBad(MemorySegment memory, DataType type) {
    long elements = memory.byteSize() / type.bytes();
    return switch (type) {
      case FLOAT32 -> first32(memory, elements);
      case FLOAT64 -> first64(memory, elements);
      case FLOAT16 -> first16(memory, elements, 0x7C00);
      case BFLOAT16 -> first16(memory, elements, 0x7F80);
      case FLOAT8_E5M2 -> first8(memory, elements, 0x7C);
      // No infinities; a NaN is all ones.
      case FLOAT8_E4M3 -> first8(memory, elements, 0x7F);
      default -> -1;
    };
  }

  /** The magnitude from which on an element is bad, if that is its infinity. */
  private long least(long infinity) {
    return allowsInfinities ? infinity + 1 : infinity;
  }

  private long first32(MemorySegment memory, long elements) {
    long least = least(0x7F80_0000L);
    for (long i = 0; i < elements; i++) {
      if ((memory.get(JAVA_INT_UNALIGNED, i << 2) & 0x7FFF_FFFF) >= least) {
        return i;
      }
    }
    return -1;
  }

  private long first64(MemorySegment memory, long elements) {
    long least = least(FLOAT64_INFINITY);
    for (long i = 0; i < elements; i++) {
      if ((memory.get(JAVA_LONG_UNALIGNED, i << 3) & Long.MAX_VALUE) >= least) {
        return i;
      }
    }
    return -1;
  }

  private long first16(MemorySegment memory, long elements, int infinity) {
    long least = least(infinity);
    for (long i = 0; i < elements; i++) {
      if ((memory.get(JAVA_SHORT_UNALIGNED, i << 1) & 0x7FFF) >= least) {
        return i;
      }
    }
    return -1;
  }

  private long first8(MemorySegment memory, long elements, int bad) {
    long least = bad == 0x7F ? bad : least(bad);
    for (long i = 0; i < elements; i++) {
      if ((memory.get(JAVA_BYTE, i) & 0x7F) >= least) {
        return i;
      }
    }
    return -1;
  }

  /** What a bad element is, in words. */
  String words(MemorySegment memory, DataType type, long element) {
    long at = element * type.bytes();
    long bits =
        switch (type.bytes()) {
          case 1 -> memory.get(JAVA_BYTE, at);
          case 2 -> memory.get(JAVA_SHORT_UNALIGNED, at);
          case 4 -> memory.get(JAVA_INT_UNALIGNED, at);
          default -> memory.get(JAVA_LONG_UNALIGNED, at);
        };
    double value = type.decode(bits);
    return Double.isNaN(value) ? "NaN" : value > 0 ? "+infinity" : "-infinity";
  }
}
