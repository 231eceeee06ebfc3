package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Reads and writes the bits of one element, zero-extended to a long. */
final class Bits {
  private Bits() {}

  static long get(MemorySegment segment, long offset, int bytes) {
    return switch (bytes) {
      case 1 -> segment.get(JAVA_BYTE, offset) & 0xFFL;
      case 2 -> segment.get(JAVA_SHORT_UNALIGNED, offset) & 0xFFFFL;
      case 4 -> segment.get(JAVA_INT_UNALIGNED, offset) & 0xFFFF_FFFFL;
      default -> segment.get(JAVA_LONG_UNALIGNED, offset);
    };
  }

  static void put(MemorySegment segment, long offset, int bytes, long bits) {
    switch (bytes) {
      case 1 -> segment.set(JAVA_BYTE, offset, (byte) bits);
      case 2 -> segment.set(JAVA_SHORT_UNALIGNED, offset, (short) bits);
      case 4 -> segment.set(JAVA_INT_UNALIGNED, offset, (int) bits);
      default -> segment.set(JAVA_LONG_UNALIGNED, offset, bits);
    }
  }
}
