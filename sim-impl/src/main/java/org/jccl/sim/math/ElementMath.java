package org.jccl.sim.math;

import org.jccl.DataType;

/**
 * The arithmetic of one element, on its bits: rules EL, NAN, AVG and FMA in the plainest form.
 *
 * <p>The block kernels use it for what is rare or short (tails, blocks with a NaN, underflow);
 * their fast loops give the same bits. Results carry no bits above the element's width that matter.
 */
final class ElementMath {
  /** The bit that makes an f64 NaN a quiet one. */
  static final long QUIET = 1L << 51;

  private ElementMath() {}

  /** {@code a ∘ b}, rounded to the element type; of two f64 NaNs {@code b} survives (NAN-02). */
  static long combine(Arithmetic op, DataType type, long a, long b) {
    return switch (op) {
      case SUM -> add(type, a, b);
      case PROD -> multiply(type, a, b);
      case MAX -> pick(type, a, b, true);
      case MIN -> pick(type, a, b, false);
    };
  }

  /** One rounding to the type (EL-01); float8 rounds to half and then to float8 (EL-06). */
  static long add(DataType type, long a, long b) {
    return switch (type) {
      case INT8, UINT8, INT32, UINT32, INT64, UINT64 -> a + b;
      case FLOAT32 -> single(asSingle(a) + asSingle(b));
      case FLOAT64 -> wide(asDouble(a) + asDouble(b), b, a);
      case FLOAT16 -> nearestHalf(asHalf(a) + asHalf(b));
      case BFLOAT16 -> nearestBfloat16(asBfloat16(a) + asBfloat16(b));
      case FLOAT8_E4M3, FLOAT8_E5M2 -> viaHalf(type, type.decode(a) + type.decode(b));
    };
  }

  /** One rounding to the type; bf16 goes through double because its products underflow f32. */
  static long multiply(DataType type, long a, long b) {
    return switch (type) {
      case INT8, UINT8, INT32, UINT32, INT64, UINT64 -> a * b;
      case FLOAT32 -> single(asSingle(a) * asSingle(b));
      case FLOAT64 -> wide(asDouble(a) * asDouble(b), b, a);
      case FLOAT16 -> nearestHalf(asHalf(a) * asHalf(b));
      case BFLOAT16 -> bfloat16((double) asBfloat16(a) * asBfloat16(b));
      case FLOAT8_E4M3, FLOAT8_E5M2 -> viaHalf(type, type.decode(a) * type.decode(b));
    };
  }

  /** {@code scalar·own + acc} with one rounding (FMA-01, FMA-06); own's f64 NaN goes first. */
  static long multiplyAdd(DataType type, long scalar, long own, long acc) {
    return switch (type) {
      case FLOAT32 -> single(Math.fma(asSingle(scalar), asSingle(own), asSingle(acc)));
      case FLOAT64 -> {
        double exact = Math.fma(asDouble(scalar), asDouble(own), asDouble(acc));
        yield wide(exact, own, FloatBits.DOUBLE.isNan(acc) ? acc : scalar);
      }
      case FLOAT16 -> half(sumToOdd((double) asHalf(scalar) * asHalf(own), asHalf(acc)));
      case BFLOAT16 ->
          bfloat16(sumToOdd((double) asBfloat16(scalar) * asBfloat16(own), asBfloat16(acc)));
      default -> throw new IllegalArgumentException(type + " is never fused (AVG-04, AVG-05)");
    };
  }

  /** The integer average's last step: truncates toward zero (AVG-01). */
  static long divide(DataType type, long bits, long divisor) {
    return switch (type) {
      case INT8 -> (byte) bits / divisor;
      case UINT8 -> (bits & 0xFF) / divisor;
      case INT32 -> (int) bits / divisor;
      case UINT32 -> (bits & 0xFFFF_FFFFL) / divisor;
      case INT64 -> bits / divisor;
      case UINT64 -> Long.divideUnsigned(bits, divisor);
      default -> throw new IllegalArgumentException(type + " averages by scaling (AVG-02)");
    };
  }

  private static long pick(DataType type, long a, long b, boolean larger) {
    return switch (type.kind()) {
      case SIGNED -> {
        int shift = 64 - 8 * type.bytes();
        yield larger == (a << shift >= b << shift) ? a : b;
      }
      case UNSIGNED -> larger == (Long.compareUnsigned(a, b) >= 0) ? a : b;
      case FLOATING -> pickFloat(type, a, b, larger);
    };
  }

  private static long pickFloat(DataType type, long a, long b, boolean larger) {
    FloatBits format = FloatBits.of(type);
    long picked;
    if (format.isNan(a)) {
      long none = type == DataType.FLOAT64 ? b | QUIET : format.canonicalNan();
      picked = format.isNan(b) ? none : b;
    } else if (format.isNan(b)) {
      picked = a;
    } else {
      picked = larger == (format.orderKey(a) >= format.orderKey(b)) ? a : b;
    }
    // Through half and back: the only effect is that an e5m2 infinity saturates (EL-06).
    return type.isFloat8() ? viaHalf(type, type.decode(picked)) : picked;
  }

  private static float asSingle(long bits) {
    return Float.intBitsToFloat((int) bits);
  }

  private static double asDouble(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static float asHalf(long bits) {
    return Float.float16ToFloat((short) bits);
  }

  private static float asBfloat16(long bits) {
    return Float.intBitsToFloat((int) bits << 16);
  }

  private static long single(float value) {
    return Float.isNaN(value)
        ? FloatBits.SINGLE.canonicalNan()
        : Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
  }

  /** A NaN among the operands survives, quiet, the first one before the second (NAN-02). */
  private static long wide(double value, long first, long second) {
    if (!Double.isNaN(value)) {
      return Double.doubleToRawLongBits(value);
    }
    FloatBits format = FloatBits.DOUBLE;
    if (format.isNan(first)) {
      return first | QUIET;
    }
    return format.isNan(second) ? second | QUIET : format.canonicalNan();
  }

  /** Rounds a sum or product in f32; a NaN takes the canonical form. */
  private static long nearestHalf(float value) {
    return Float.isNaN(value)
        ? FloatBits.HALF.canonicalNan()
        : Float.floatToFloat16(value) & 0xFFFFL;
  }

  private static long half(double value) {
    return Double.isNaN(value) ? FloatBits.HALF.canonicalNan() : DataType.FLOAT16.encode(value);
  }

  /** Rounds a sum in f32; a NaN takes the canonical form. */
  private static long nearestBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
    return Float.isNaN(value) ? FloatBits.BFLOAT16.canonicalNan() : rounded;
  }

  private static long bfloat16(double value) {
    return Double.isNaN(value)
        ? FloatBits.BFLOAT16.canonicalNan()
        : DataType.BFLOAT16.encode(value);
  }

  /** Sums and products of two float8 numbers are exact in double: two roundings remain (EL-06). */
  private static long viaHalf(DataType type, double value) {
    return type.encode(DataType.FLOAT16.decode(half(value)));
  }

  /**
   * {@code p + c} with a sticky last bit, so that a later rounding to fewer bits is the only one.
   */
  private static double sumToOdd(double p, double c) {
    double sum = p + c;
    double rest = sum - p;
    double error = (p - (sum - rest)) + (c - rest);
    long bits = Double.doubleToRawLongBits(sum);
    if (error == 0 || !Double.isFinite(sum) || (bits & 1) != 0) {
      return sum;
    }
    return Double.longBitsToDouble((error > 0) == (sum > 0) ? bits + 1 : bits - 1);
  }
}
