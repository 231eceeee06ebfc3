package org.jccl.conformance.data;

import org.jccl.DataType;

/**
 * What a floating format can hold exactly.
 *
 * @param precision bits of the significand, the hidden one included
 * @param minExponent exponent of the smallest normal number
 * @param maxExponent largest exponent at which every significand is a finite number
 */
record FloatShape(int precision, int minExponent, int maxExponent) {
  static FloatShape of(DataType type) {
    return switch (type) {
      case FLOAT16 -> new FloatShape(11, -14, 15);
      case FLOAT32 -> new FloatShape(24, -126, 127);
      case FLOAT64 -> new FloatShape(53, -1022, 1023);
      case BFLOAT16 -> new FloatShape(8, -126, 127);
      // At exponent 8 the largest significand of e4m3 stands for NaN.
      case FLOAT8_E4M3 -> new FloatShape(4, -6, 7);
      case FLOAT8_E5M2 -> new FloatShape(3, -14, 15);
      default -> throw new IllegalArgumentException(type + " is no floating format");
    };
  }

  /** The number of whole units up to which every integer is exact: 2 to the precision. */
  long units() {
    return 1L << precision;
  }

  /** A significand with its hidden bit set, as a number of units. */
  long significand(long bits) {
    return (units() >> 1) + Mix.below(bits, units() >> 1);
  }

  /** A number from {@code low} to {@code high}. */
  static int between(long bits, int low, int high) {
    return low + (int) Mix.below(bits, Math.max(1, high - low + 1));
  }
}
