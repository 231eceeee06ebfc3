package org.jccl.test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;

/** The elements of a buffer as bits. */
final class BufferElements {
  private BufferElements() {}

  /** The first {@code count}, as {@link DataType#decode} takes them. */
  static long[] read(DeviceBuffer buffer, int count) {
    DataType type = buffer.type();
    long[] elements = new long[count];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bits = arena.allocate(Math.max(1, (long) count * type.bytes()), Long.BYTES);
      buffer.slice(0, count).copyTo(bits.asSlice(0, (long) count * type.bytes()));
      for (int i = 0; i < count; i++) {
        elements[i] = element(bits, type, i);
      }
    }
    return elements;
  }

  private static long element(MemorySegment bits, DataType type, int index) {
    return switch (type.bytes()) {
      case 1 -> bits.getAtIndex(ValueLayout.JAVA_BYTE, index) & 0xFF;
      case 2 -> bits.getAtIndex(ValueLayout.JAVA_SHORT, index) & 0xFFFF;
      case 4 -> bits.getAtIndex(ValueLayout.JAVA_INT, index) & 0xFFFF_FFFFL;
      default -> bits.getAtIndex(ValueLayout.JAVA_LONG, index);
    };
  }
}
