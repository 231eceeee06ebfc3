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

  /** Stands for "no bound": the type is too coarse to say anything. */
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

  /**
   * How far from the exact result a correct one may be.
   *
   * @param most the distance; negative: any
   * @param overflows whether it may be infinite, or no number, instead
   */
  record Bound(BigDecimal most, boolean overflows) {
    static final Bound EXACT = new Bound(BigDecimal.ZERO, false);
  }

  /** Of a reduction of floating numbers. */
  Bound bound(ReduceOp.Builtin op, List<BigDecimal> terms) {
    return switch (op) {
      case MIN, MAX -> Bound.EXACT;
      case SUM -> sum(terms);
      case AVG -> average(terms);
      case PROD -> product(terms);
    };
  }

  private static BigDecimal magnitude(List<BigDecimal> terms) {
    return terms.stream().map(BigDecimal::abs).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** The types of 8 bits hold their largest number where others overflow, and go on from it. */
  private Bound within(BigDecimal most, BigDecimal largestPartial) {
    boolean overflows = largestPartial.compareTo(largest) > 0;
    return new Bound(overflows && bits < 8 ? NONE : most, overflows);
  }

  /** Partial sums may be rounded up on the way. */
  private BigDecimal roundedUp(int n, BigDecimal magnitude) {
    return magnitude.add(gamma(n, magnitude).max(BigDecimal.ZERO));
  }

  private Bound sum(List<BigDecimal> terms) {
    BigDecimal magnitude = magnitude(terms);
    int n = terms.size() - 1;
    return isExact(terms, magnitude)
        ? within(BigDecimal.ZERO, magnitude)
        : within(gamma(n, magnitude), roundedUp(n, magnitude));
  }

  /** Of a sum of products, each of which is rounded, too. */
  Bound sumOfProducts(List<BigDecimal> products) {
    BigDecimal magnitude = magnitude(products);
    if (isExact(products, magnitude)
        && products.stream().allMatch(one -> one.remainder(smallest).signum() == 0)) {
      return within(BigDecimal.ZERO, magnitude);
    }
    int n = products.size();
    return within(
        orNone(gamma(n, magnitude), smallest.multiply(BigDecimal.valueOf(n))),
        roundedUp(n, magnitude));
  }

  /** Scaled before or after the sum: 1/n, the products and the sums are rounded. */
  private Bound average(List<BigDecimal> terms) {
    BigDecimal magnitude = magnitude(terms);
    BigDecimal ranks = BigDecimal.valueOf(terms.size());
    BigDecimal mean = magnitude.divide(ranks, MathContext.DECIMAL128);
    return within(
        orNone(gamma(terms.size() + 1, mean), smallest.multiply(ranks)),
        roundedUp(terms.size() + 1, magnitude));
  }

  private Bound product(List<BigDecimal> terms) {
    int n = terms.size();
    BigDecimal largestPartial = BigDecimal.ONE;
    BigDecimal whole = BigDecimal.ONE;
    for (BigDecimal term : terms) {
      largestPartial = largestPartial.multiply(term.abs().max(BigDecimal.ONE));
      whole = whole.multiply(term.abs());
    }
    // What underflows on the way may be multiplied again.
    BigDecimal underflow = smallest.multiply(largestPartial).multiply(BigDecimal.valueOf(n));
    return within(
        orNone(gamma(n - 1, whole), n > 1 ? underflow : BigDecimal.ZERO),
        roundedUp(n - 1, largestPartial));
  }

  private static BigDecimal orNone(BigDecimal bound, BigDecimal more) {
    return bound.signum() < 0 ? NONE : bound.add(more);
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
        if (Double.isInfinite(value) || new BigDecimal(value).compareTo(term) != 0) {
          return false; // a product of two may be none
        }
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
