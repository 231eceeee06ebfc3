package org.jccl.benchmarks.bench;

import org.jccl.DataType;

/**
 * Where sign, exponent and mantissa of a floating-point type lie.
 *
 * @param mantissaBits stored mantissa bits
 * @param bias exponent bias; the smallest normal exponent is {@code 1 - bias}
 * @param topExponent largest exponent at which every mantissa is a finite number
 * @param bits bits of an element
 */
record FloatFormat(int mantissaBits, int bias, int topExponent, int bits) {
  static FloatFormat of(DataType type) {
    return switch (type) {
      case FLOAT16 -> new FloatFormat(10, 15, 15, 16);
      case BFLOAT16 -> new FloatFormat(7, 127, 127, 16);
      case FLOAT32 -> new FloatFormat(23, 127, 127, 32);
      case FLOAT64 -> new FloatFormat(52, 1023, 1023, 64);
      // The last mantissa of exponent 8 is NaN, so exponent 7 is the last one that is all numbers.
      case FLOAT8_E4M3 -> new FloatFormat(3, 7, 7, 8);
      case FLOAT8_E5M2 -> new FloatFormat(2, 15, 15, 8);
      case INT8, UINT8, INT32, UINT32, INT64, UINT64 ->
          throw new IllegalArgumentException(type + " has no mantissa");
    };
  }

  /** Smallest exponent of a normal number. */
  int bottomExponent() {
    return 1 - bias;
  }

  /**
   * Largest integer n such that 0 to n are all exact: the mantissa with its hidden bit, all ones.
   */
  long largestInteger() {
    return (1L << (mantissaBits + 1)) - 1;
  }

  /** Bits of {@code ±mantissa/2^mantissaBits * 2^exponent} with the hidden bit added. */
  long assemble(boolean negative, int exponent, long mantissa) {
    long magnitude = ((long) (exponent + bias) << mantissaBits) | mantissa;
    return negative ? magnitude | (1L << (bits - 1)) : magnitude;
  }

  /**
   * Bits of {@code value * 2^unit}, exactly; {@code |value|} is at most {@link #largestInteger}.
   */
  long scaled(long value, int unit) {
    if (value == 0) {
      return 0;
    }
    long magnitude = Math.abs(value);
    int top = 63 - Long.numberOfLeadingZeros(magnitude);
    long mantissa = (magnitude << (mantissaBits - top)) & ((1L << mantissaBits) - 1);
    return assemble(value < 0, top + unit, mantissa);
  }
}
