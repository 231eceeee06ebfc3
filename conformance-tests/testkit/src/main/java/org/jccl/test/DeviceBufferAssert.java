package org.jccl.test;

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
    long[] elements = BufferElements.read(actual, Math.toIntExact(actual.count()));
    return Arrays.stream(elements).mapToDouble(actual.type()::decode).toArray();
  }
}
