package org.jccl.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import org.jccl.DataType;
import org.jccl.ReduceOp;

/**
 * How exact a type is.
 *
 * @param bits of the significand, the hidden one included; for integers all bits
 * @param largest the largest finite number
 * @param smallest the smallest positive number
 */
record Precision(int bits, BigDecimal largest, BigDecimal smallest) {
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  /** Stands for "no bound": a partial result may overflow. */
  private static final BigDecimal NONE = BigDecimal.ONE.negate();

  static Precision of(DataType type) {
    return switch (type) {
      case FLOAT64 -> floating(53, Double.MAX_VALUE, Double.MIN_VALUE);
      case FLOAT32 -> floating(24, Float.MAX_VALUE, Float.MIN_VALUE);
      case FLOAT16 -> floating(11, 65504, 0x1p-24);
      case BFLOAT16 -> floating(8, 0x1.FEp127, 0x1p-133);
      case FLOAT8_E4M3 -> floating(4, 448, 0x1p-9);
      case FLOAT8_E5M2 -> floating(3, 57344, 0x1p-16);
      case INT8, UINT8, INT32, UINT32, INT64, UINT64 ->
          new Precision(type.bytes() * Byte.SIZE, BigDecimal.ZERO, BigDecimal.ONE);
    };
  }

  private static Precision floating(int bits, double largest, double smallest) {
    return new Precision(bits, new BigDecimal(largest), new BigDecimal(smallest));
  }

  /** An integer as the type holds it: modulo its number of values. */
  static BigInteger wrapped(DataType type, BigInteger value) {
    int bits = type.bytes() * Byte.SIZE;
    BigInteger low = value.mod(BigInteger.ONE.shiftLeft(bits));
    boolean negative = type.kind() == DataType.Kind.SIGNED && low.testBit(bits - 1);
    return negative ? low.subtract(BigInteger.ONE.shiftLeft(bits)) : low;
  }

  /** How far a reduction of floating numbers may be from the exact one; negative for no bound. */
  BigDecimal bound(ReduceOp.Builtin op, List<BigDecimal> terms) {
    int n = terms.size();
    return switch (op) {
      case MIN, MAX -> BigDecimal.ZERO;
      case SUM -> sum(terms);
      case AVG -> average(terms);
      case PROD -> product(n, terms);
    };
  }

  private static BigDecimal magnitude(List<BigDecimal> terms) {
    return terms.stream().map(BigDecimal::abs).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private BigDecimal sum(List<BigDecimal> terms) {
    BigDecimal magnitude = magnitude(terms);
    if (magnitude.compareTo(largest) > 0) {
      return NONE;
    }
    return isExact(terms, magnitude) ? BigDecimal.ZERO : gamma(terms.size() - 1, magnitude);
  }

  /** Scaled before or after the sum: 1/n, the products and the sums are rounded. */
  private BigDecimal average(List<BigDecimal> terms) {
    BigDecimal magnitude = magnitude(terms);
    if (magnitude.compareTo(largest) > 0) {
      return NONE;
    }
    BigDecimal ranks = BigDecimal.valueOf(terms.size());
    BigDecimal mean = magnitude.divide(ranks, MathContext.DECIMAL128);
    return gamma(terms.size() + 1, mean).add(smallest.multiply(ranks));
  }

  private BigDecimal product(int n, List<BigDecimal> terms) {
    BigDecimal largestPartial = BigDecimal.ONE;
    BigDecimal whole = BigDecimal.ONE;
    for (BigDecimal term : terms) {
      largestPartial = largestPartial.multiply(term.abs().max(BigDecimal.ONE));
      whole = whole.multiply(term.abs());
    }
    if (largestPartial.compareTo(largest) > 0) {
      return NONE;
    }
    // What underflows on the way may be multiplied again.
    BigDecimal underflow = smallest.multiply(largestPartial).multiply(BigDecimal.valueOf(n));
    return gamma(n - 1, whole).add(n > 1 ? underflow : BigDecimal.ZERO);
  }

  /** n u / (1 - n u) times {@code magnitude}; no bound if the type is too coarse for n. */
  private BigDecimal gamma(int n, BigDecimal magnitude) {
    BigDecimal nu = BigDecimal.valueOf(n).divide(TWO.pow(bits));
    if (nu.compareTo(BigDecimal.ONE) >= 0) {
      return NONE;
    }
    return nu.divide(BigDecimal.ONE.subtract(nu), MathContext.DECIMAL128).multiply(magnitude);
  }

  /**
   * Whether every sum of some of the terms has a place in the type: all are multiples of one power
   * of two, and together at most 2^bits of it.
   */
  private boolean isExact(List<BigDecimal> terms, BigDecimal magnitude) {
    BigDecimal step = BigDecimal.ZERO;
    for (BigDecimal term : terms) {
      if (term.signum() != 0) {
        double value = term.doubleValue(); // exact: every type's numbers are doubles
        long fraction = Double.doubleToRawLongBits(value) & ((1L << 52) - 1);
        int exponent = Math.max(Math.getExponent(value), Double.MIN_EXPONENT);
        int trailing = fraction == 0 ? 52 : Long.numberOfTrailingZeros(fraction);
        BigDecimal own = new BigDecimal(Math.scalb(1.0, exponent - 52 + trailing));
        step = step.signum() == 0 ? own : step.min(own);
      }
    }
    return magnitude.compareTo(step.multiply(TWO.pow(bits))) <= 0;
  }
}
