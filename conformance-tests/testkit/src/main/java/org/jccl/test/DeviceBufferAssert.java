package org.jccl.test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.assertj.core.api.AbstractAssert;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;

/** Assertions about what a buffer holds; see {@link JcclAssertions}. */
public final class DeviceBufferAssert extends AbstractAssert<DeviceBufferAssert, DeviceBuffer> {
  DeviceBufferAssert(DeviceBuffer actual) {
    super(actual, DeviceBufferAssert.class);
  }

  /**
   * The buffer holds these numbers, each rounded to its type, and no more.
   *
   * @param expected the numbers in order
   * @return this
   */
  public DeviceBufferAssert containsExactly(double... expected) {
    isNotNull();
    DataType type = actual.type();
    double[] rounded = Arrays.stream(expected).map(x -> type.decode(type.encode(x))).toArray();
    double[] found = values();
    if (!Arrays.equals(found, rounded)) {
      throw failureWithActualExpected(
          Arrays.toString(found), Arrays.toString(rounded), "%s", describe(found, rounded));
    }
    return this;
  }

  /**
   * Every element is this number, rounded to the buffer's type.
   *
   * @param expected the number
   * @return this
   */
  public DeviceBufferAssert containsOnly(double expected) {
    double[] all = new double[Math.toIntExact(actual.count())];
    Arrays.fill(all, expected);
    return containsExactly(all);
  }

  /**
   * Every element is one that a correct library can give.
   *
   * @param oracle what the reduction must give, and its error bounds
   * @return this
   */
  public DeviceBufferAssert matches(Oracle oracle) {
    isNotNull();
    oracle.check(actual);
    return this;
  }

  private static String describe(double[] found, double[] expected) {
    if (found.length != expected.length) {
      return "the buffer has " + found.length + " elements, expected " + expected.length;
    }
    int at = Arrays.mismatch(found, expected);
    return "element " + at + " is " + found[at] + ", expected " + expected[at];
  }

  private double[] values() {
    DataType type = actual.type();
    double[] values = new double[Math.toIntExact(actual.count())];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bits = arena.allocate(Math.max(1, actual.bytes()), 8);
      actual.copyTo(bits.asSlice(0, actual.bytes()));
      for (int i = 0; i < values.length; i++) {
        values[i] = type.decode(bits(bits, type, i));
      }
    }
    return values;
  }

  private static long bits(MemorySegment memory, DataType type, int index) {
    return switch (type.bytes()) {
      case 1 -> memory.getAtIndex(ValueLayout.JAVA_BYTE, index) & 0xFF;
      case 2 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, index) & 0xFFFF;
      case 4 -> memory.getAtIndex(ValueLayout.JAVA_INT, index) & 0xFFFF_FFFFL;
      default -> memory.getAtIndex(ValueLayout.JAVA_LONG, index);
    };
  }
}
