package org.jccl.sim.math;

import java.math.BigInteger;
import org.jccl.DataType;

/**
 * Element arithmetic in exact integers, one rounding at a time: slow, and sharing nothing with the
 * code it judges.
 */
final class ElementOracle {
  private ElementOracle() {}

  /** A float format: rounding of exact numbers and reading of bits. */
  enum Format {
    HALF(5, 10, false, 0x7FFF),
    BFLOAT16(8, 7, false, 0x7FFF),
    SINGLE(8, 23, false, 0x7FFF_FFFF),
    DOUBLE(11, 52, false, 0xFFF8_0000_0000_0000L),
    E4M3(4, 3, true, 0x7F),
    E5M2(5, 2, true, 0x7F);

    final int exponentBits;
    final int mantissaBits;
    final boolean saturates;
    final long nan;

    Format(int exponentBits, int mantissaBits, boolean saturates, long nan) {
      this.exponentBits = exponentBits;
      this.mantissaBits = mantissaBits;
      this.saturates = saturates;
      this.nan = nan;
    }

    static Format of(DataType type) {
      return switch (type) {
        case FLOAT16 -> HALF;
        case BFLOAT16 -> BFLOAT16;
        case FLOAT32 -> SINGLE;
        case FLOAT64 -> DOUBLE;
        case FLOAT8_E4M3 -> E4M3;
        case FLOAT8_E5M2 -> E5M2;
        default -> throw new IllegalArgumentException(type.name());
      };
    }

    int smallestExponent() {
      return 2 - (1 << (exponentBits - 1));
    }

    long signBit() {
      return 1L << (exponentBits + mantissaBits);
    }

    /** The bits of infinity; e4m3 has none, and one NaN in its place. */
    long infinity() {
      return this == E4M3 ? 0x7F : ((1L << exponentBits) - 1) << mantissaBits;
    }

    Value read(long bits) {
      boolean negative = (bits & signBit()) != 0;
      long magnitude = bits & (signBit() - 1);
      if (magnitude > infinity() || (this == E4M3 && magnitude == 0x7F)) {
        return Value.NAN;
      }
      if (magnitude == infinity()) {
        return new Value(Kind.INFINITE, negative, BigInteger.ONE, 0);
      }
      long fraction = magnitude & ((1L << mantissaBits) - 1);
      int field = (int) (magnitude >>> mantissaBits);
      long significand = field == 0 ? fraction : fraction | 1L << mantissaBits;
      int exponent = smallestExponent() - mantissaBits + Math.max(field, 1) - 1;
      return new Value(Kind.FINITE, negative, BigInteger.valueOf(significand), exponent);
    }

    long write(Value value) {
      if (value.kind == Kind.NAN) {
        return nan;
      }
      long sign = value.negative ? signBit() : 0;
      long top = saturates ? infinity() - 1 : infinity();
      if (value.kind == Kind.INFINITE) {
        return sign | top;
      }
      if (value.magnitude.signum() == 0) {
        return sign;
      }
      int exponent = value.magnitude.bitLength() - 1 + value.exponent;
      int kept = Math.max(exponent, smallestExponent());
      BigInteger units = nearest(value.magnitude, value.exponent - (kept - mantissaBits));
      BigInteger bits =
          BigInteger.valueOf(kept - smallestExponent()).shiftLeft(mantissaBits).add(units);
      return sign | bits.min(BigInteger.valueOf(top)).longValueExact();
    }
  }

  enum Kind {
    NAN,
    INFINITE,
    FINITE
  }

  /** {@code ±magnitude·2^exponent}, or something that is no number. */
  record Value(Kind kind, boolean negative, BigInteger magnitude, int exponent) {
    static final Value NAN = new Value(Kind.NAN, false, BigInteger.ONE, 0);

    BigInteger signed(int unit) {
      BigInteger shifted = magnitude.shiftLeft(exponent - unit);
      return negative ? shifted.negate() : shifted;
    }

    boolean isZero() {
      return kind == Kind.FINITE && magnitude.signum() == 0;
    }
  }

  private static BigInteger nearest(BigInteger magnitude, int shift) {
    if (shift >= 0) {
      return magnitude.shiftLeft(shift);
    }
    BigInteger floor = magnitude.shiftRight(-shift);
    BigInteger rest = magnitude.subtract(floor.shiftLeft(-shift));
    int half = rest.compareTo(BigInteger.ONE.shiftLeft(-shift - 1));
    return half > 0 || (half == 0 && floor.testBit(0)) ? floor.add(BigInteger.ONE) : floor;
  }

  static Value sum(Value a, Value b) {
    if (a.kind == Kind.NAN || b.kind == Kind.NAN) {
      return Value.NAN;
    }
    if (a.kind == Kind.INFINITE || b.kind == Kind.INFINITE) {
      boolean cancel = a.kind == b.kind && a.negative != b.negative;
      return cancel ? Value.NAN : a.kind == Kind.INFINITE ? a : b;
    }
    int unit = Math.min(a.exponent, b.exponent);
    BigInteger sum = a.signed(unit).add(b.signed(unit));
    boolean negative = sum.signum() == 0 ? a.negative && b.negative : sum.signum() < 0;
    return new Value(Kind.FINITE, negative, sum.abs(), unit);
  }

  static Value product(Value a, Value b) {
    if (a.kind == Kind.NAN || b.kind == Kind.NAN) {
      return Value.NAN;
    }
    boolean negative = a.negative != b.negative;
    if (a.kind == Kind.INFINITE || b.kind == Kind.INFINITE) {
      return a.isZero() || b.isZero()
          ? Value.NAN
          : new Value(Kind.INFINITE, negative, BigInteger.ONE, 0);
    }
    return new Value(
        Kind.FINITE, negative, a.magnitude.multiply(b.magnitude), a.exponent + b.exponent);
  }

  static Value pick(Value a, Value b, boolean larger) {
    if (a.kind == Kind.NAN || b.kind == Kind.NAN) {
      return a.kind == Kind.NAN ? b : a;
    }
    return less(a, b) == larger ? b : a;
  }

  private static boolean less(Value a, Value b) {
    if (a.negative != b.negative) {
      return a.negative;
    }
    if (a.kind == Kind.INFINITE || b.kind == Kind.INFINITE) {
      return a.kind != b.kind && (a.kind == Kind.INFINITE) == a.negative;
    }
    int unit = Math.min(a.exponent, b.exponent);
    return a.signed(unit).compareTo(b.signed(unit)) < 0;
  }

  static long combine(Arithmetic op, DataType type, long a, long b) {
    if (!type.isFloating()) {
      return integers(op, type, a, b);
    }
    Format format = Format.of(type);
    Value x = format.read(a);
    Value y = format.read(b);
    Value exact =
        switch (op) {
          case SUM -> sum(x, y);
          case PROD -> product(x, y);
          case MAX -> pick(x, y, true);
          case MIN -> pick(x, y, false);
        };
    return keepingNans(type, store(type, exact), b, a);
  }

  /** An f64 NaN is the first operand's that is one, as a quiet one (NAN-02). */
  private static long keepingNans(DataType type, long result, long... operands) {
    if (type == DataType.FLOAT64 && Double.isNaN(Double.longBitsToDouble(result))) {
      for (long operand : operands) {
        if (Double.isNaN(Double.longBitsToDouble(operand))) {
          return operand | 0x0008_0000_0000_0000L;
        }
      }
    }
    return result;
  }

  static long scale(DataType type, long scalar, long own) {
    return combine(Arithmetic.PROD, type, scalar, own);
  }

  static long fused(DataType type, long scalar, long own, long acc) {
    Format format = Format.of(type);
    long result =
        store(type, sum(product(format.read(scalar), format.read(own)), format.read(acc)));
    return keepingNans(type, result, own, acc, scalar);
  }

  static long divide(DataType type, long bits, int divisor) {
    return lowBits(type, integer(type, bits).divide(BigInteger.valueOf(divisor)));
  }

  private static long store(DataType type, Value exact) {
    Value rounded = type.isFloat8() ? Format.HALF.read(Format.HALF.write(exact)) : exact;
    return Format.of(type).write(rounded);
  }

  private static long integers(Arithmetic op, DataType type, long a, long b) {
    BigInteger x = integer(type, a);
    BigInteger y = integer(type, b);
    return lowBits(
        type,
        switch (op) {
          case SUM -> x.add(y);
          case PROD -> x.multiply(y);
          case MAX -> x.max(y);
          case MIN -> x.min(y);
        });
  }

  private static BigInteger integer(DataType type, long bits) {
    int width = 8 * type.bytes();
    BigInteger value = BigInteger.valueOf(bits);
    BigInteger unsigned = value.mod(BigInteger.ONE.shiftLeft(width));
    boolean negative = type.kind() == DataType.Kind.SIGNED && unsigned.testBit(width - 1);
    return negative ? unsigned.subtract(BigInteger.ONE.shiftLeft(width)) : unsigned;
  }

  private static long lowBits(DataType type, BigInteger value) {
    return value.mod(BigInteger.ONE.shiftLeft(8 * type.bytes())).longValue();
  }
}
