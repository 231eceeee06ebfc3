package org.jccl.sim.math;

import org.jccl.DataType;

/** What is needed to compare floats and to find NaNs by their bits alone. */
enum FloatBits {
  HALF(16, 0x7C00, 0x7FFF),
  BFLOAT16(16, 0x7F80, 0x7FFF),
  SINGLE(32, 0x7F80_0000, 0x7FFF_FFFF),
  /** Operands' NaNs survive in f64 (NAN-02); this one is what an invalid operation gives. */
  DOUBLE(64, 0x7FF0_0000_0000_0000L, 0xFFF8_0000_0000_0000L),
  E4M3(8, 0x7E, 0x7F),
  E5M2(8, 0x7C, 0x7F);

  private final int width;
  private final long magnitude;
  private final long largestNumber;
  private final long canonicalNan;
  private final long scanMask;
  private final long scanStep;
  private final long scanFlags;

  FloatBits(int width, long largestNumber, long canonicalNan) {
    this.width = width;
    this.largestNumber = largestNumber;
    this.canonicalNan = canonicalNan;
    this.magnitude = (1L << (width - 1)) - 1;
    this.scanMask = repeat(magnitude);
    this.scanStep = repeat(magnitude - largestNumber);
    this.scanFlags = repeat(magnitude + 1);
  }

  static FloatBits of(DataType type) {
    return switch (type) {
      case FLOAT16 -> HALF;
      case BFLOAT16 -> BFLOAT16;
      case FLOAT32 -> SINGLE;
      case FLOAT64 -> DOUBLE;
      case FLOAT8_E4M3 -> E4M3;
      case FLOAT8_E5M2 -> E5M2;
      default -> throw new IllegalArgumentException(type + " is not a floating-point type");
    };
  }

  /** The NaN that arithmetic produces (NAN-01, NAN-03, EL-06). */
  long canonicalNan() {
    return canonicalNan;
  }

  boolean isNan(long bits) {
    return (bits & magnitude) > largestNumber;
  }

  /** The bits as a signed integer that orders as the numbers do, −0 below +0. */
  long orderKey(long bits) {
    long extended = bits << (64 - width) >> (64 - width);
    return extended ^ (extended >> 63 >>> (65 - width));
  }

  /**
   * Whether any element in the first {@code count} words is NaN.
   *
   * <p>Added to a magnitude, the distance between the largest magnitude and the largest number
   * carries into the sign bit just for NaNs, for all elements of a word at once.
   */
  boolean anyNan(long[] words, int count) {
    long seen = 0;
    for (int i = 0; i < count; i++) {
      seen |= (words[i] & scanMask) + scanStep;
    }
    return (seen & scanFlags) != 0;
  }

  private long repeat(long element) {
    long word = element;
    for (int filled = width; filled < 64; filled *= 2) {
      word |= word << filled;
    }
    return word;
  }
}
