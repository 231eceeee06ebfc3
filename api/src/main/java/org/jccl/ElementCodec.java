package org.jccl;

/** Translates between the bits of one element and a double, for every {@link DataType}. */
final class ElementCodec {
  private ElementCodec() {}

  static double decode(DataType type, long bits) {
    return switch (type) {
      case INT8 -> (byte) bits;
      case UINT8 -> bits & 0xFF;
      case INT32 -> (int) bits;
      case UINT32 -> bits & 0xFFFF_FFFFL;
      case INT64 -> bits;
      case UINT64 -> unsignedToDouble(bits);
      case FLOAT16 -> Float.float16ToFloat((short) bits);
      case FLOAT32 -> Float.intBitsToFloat((int) bits);
      case FLOAT64 -> Double.longBitsToDouble(bits);
      case BFLOAT16 -> Float.intBitsToFloat((int) bits << 16);
      case FLOAT8_E4M3 -> Float8.E4M3.toFloat((byte) bits);
      case FLOAT8_E5M2 -> Float8.E5M2.toFloat((byte) bits);
    };
  }

  static long encode(DataType type, double value) {
    return switch (type) {
      case INT8, UINT8 -> wrapped(value) & 0xFF;
      case INT32, UINT32 -> wrapped(value) & 0xFFFF_FFFFL;
      case INT64, UINT64 -> wrapped(value);
      case FLOAT16 -> halfBits(value) & 0xFFFF;
      case FLOAT32 -> Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
      case FLOAT64 -> Double.doubleToRawLongBits(value);
      case BFLOAT16 -> bfloat16Bits(value);
      case FLOAT8_E4M3 -> Float8.E4M3.ofFloat(roundToOdd(value)) & 0xFF;
      case FLOAT8_E5M2 -> Float8.E5M2.ofFloat(roundToOdd(value)) & 0xFF;
    };
  }

  private static double unsignedToDouble(long bits) {
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  /** Truncated, modulo 2^64: where a cast to long would stop at the largest value. */
  private static long wrapped(double value) {
    if (Math.abs(value) < 0x1p63 || !Double.isFinite(value)) {
      return Double.isFinite(value) ? (long) value : 0;
    }
    int shift = Math.getExponent(value) - 52;
    long mantissa = (Double.doubleToRawLongBits(value) & ((1L << 52) - 1)) | (1L << 52);
    long magnitude = shift >= Long.SIZE ? 0 : mantissa << shift;
    return value < 0 ? -magnitude : magnitude;
  }

  /**
   * One rounding from double: to float with round-to-odd first, so the second rounding is exact.
   */
  private static short halfBits(double value) {
    return Float.floatToFloat16(roundToOdd(value));
  }

  private static long bfloat16Bits(double value) {
    if (Double.isNaN(value)) {
      return 0x7FFF;
    }
    long bits = Float.floatToRawIntBits(roundToOdd(value)) & 0xFFFF_FFFFL;
    return ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16) & 0xFFFF;
  }

  /** Keeps a sticky bit so that a later rounding to fewer bits equals one direct rounding. */
  private static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Float.isNaN(nearest) || Float.isInfinite(nearest)) {
      return nearest;
    }
    float toward = Math.abs((double) nearest) > Math.abs(value) ? towardZero(nearest) : nearest;
    int bits = Float.floatToRawIntBits(toward);
    return Float.intBitsToFloat(bits | 1);
  }

  private static float towardZero(float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) - 1);
  }
}
