package org.jccl.conformance.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.jccl.DataType;

/** Elements as bits: in memory, cut to size, in words. */
public final class Elements {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private Elements() {}

  /** The low bits of {@code bits} that an element of {@code type} has. */
  public static long low(DataType type, long bits) {
    return type.bytes() == Long.BYTES ? bits : bits & ((1L << (8 * type.bytes())) - 1);
  }

  /** The bits of element {@code index} of {@code memory}. */
  public static long get(MemorySegment memory, DataType type, long index) {
    return switch (type.bytes()) {
      case 1 -> memory.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
      case 2 -> memory.get(SHORT, index * 2) & 0xFFFF;
      case 4 -> memory.get(INT, index * 4) & 0xFFFF_FFFFL;
      default -> memory.get(LONG, index * 8);
    };
  }

  /** Stores {@code bits} as element {@code index} of {@code memory}. */
  public static void set(MemorySegment memory, DataType type, long index, long bits) {
    switch (type.bytes()) {
      case 1 -> memory.set(ValueLayout.JAVA_BYTE, index, (byte) bits);
      case 2 -> memory.set(SHORT, index * 2, (short) bits);
      case 4 -> memory.set(INT, index * 4, (int) bits);
      default -> memory.set(LONG, index * 8, bits);
    }
  }

  /** An element as hexadecimal bits and as the number they stand for. */
  public static String words(DataType type, long bits) {
    String hex = HexFormat.of().toHexDigits(bits, 2 * type.bytes());
    return "0x" + hex + " (" + number(type, bits) + ")";
  }

  private static String number(DataType type, long bits) {
    return switch (type) {
      case UINT64 -> Long.toUnsignedString(bits);
      case FLOAT16, FLOAT32, FLOAT64, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2 ->
          Double.toString(type.decode(bits));
      default -> Long.toString((long) type.decode(bits));
    };
  }
}
