package org.jccl.conformance.data;

import java.math.BigDecimal;
import org.jccl.DataType;

/**
 * The arithmetic of one element in the plainest form: exact decimals, then one rounding (rules
 * EL-01 to EL-06, NAN-01 to NAN-04). Slow, and independent of every backend.
 */
public final class ElementArithmetic {
  private static final long DOUBLE_NAN = 0x7FFF_FFFF_FFFF_FFFFL;

  private final DataType type;

  private ElementArithmetic(DataType type) {
    this.type = type;
  }

  /** The arithmetic of {@code type}. */
  public static ElementArithmetic of(DataType type) {
    return new ElementArithmetic(type);
  }

  /** {@code a} and {@code b} combined; {@link Fold#AVG} adds, and divides nothing. */
  public long combine(Fold fold, long a, long b) {
    return switch (fold) {
      case SUM, AVG -> add(a, b);
      case PROD -> multiply(a, b);
      case MAX -> extreme(a, b, true);
      case MIN -> extreme(a, b, false);
      case SCALED_SUM, COPY -> throw new IllegalArgumentException(fold + " is no single step");
    };
  }

  /** The sum, rounded once; of float8 rounded to half precision first. */
  public long add(long a, long b) {
    if (!type.isFloating()) {
      return Elements.low(type, a + b);
    }
    if (type == DataType.FLOAT32 && isFinite(a) && isFinite(b)) {
      return single(Float.intBitsToFloat((int) a) + Float.intBitsToFloat((int) b));
    }
    double nearly = type.decode(a) + type.decode(b);
    return isFinite(a) && isFinite(b)
        ? rounded(exact(a).add(exact(b)), 1 / nearly < 0)
        : special(nearly);
  }

  /** The product, rounded in the same way. */
  public long multiply(long a, long b) {
    if (!type.isFloating()) {
      return Elements.low(type, a * b);
    }
    double nearly = type.decode(a) * type.decode(b);
    boolean negative = (a ^ b) >>> (8 * type.bytes() - 1) != 0;
    return isFinite(a) && isFinite(b)
        ? rounded(exact(a).multiply(exact(b)), negative)
        : special(nearly);
  }

  /** {@code scalar·own + received} of finite floats, rounded once (rules FMA-01, FMA-06). */
  public long fused(long scalar, long own, long received) {
    BigDecimal sum = exact(scalar).multiply(exact(own)).add(exact(received));
    return rounded(sum, sum.signum() < 0);
  }

  /** {@code bits} divided by {@code divisor}, rounded toward zero (rule AVG-01). */
  public long divide(long bits, int divisor) {
    int spare = 64 - 8 * type.bytes();
    return switch (type.kind()) {
      case SIGNED -> Elements.low(type, (bits << spare >> spare) / divisor);
      case UNSIGNED -> Long.divideUnsigned(bits, divisor);
      case FLOATING -> throw new IllegalArgumentException(type + " does not divide (AVG-02)");
    };
  }

  /** The factor of an average over {@code ranks} ranks (rule AVG-02). */
  public long averageScalar(int ranks) {
    double share = 1.0 / ranks;
    return type == DataType.FLOAT64 ? type.encode(share) : type.encode((float) share);
  }

  /** Whether {@code bits} are a NaN. */
  public boolean isNan(long bits) {
    return type.isFloating() && Double.isNaN(type.decode(bits));
  }

  /** The NaN that arithmetic of this type makes. */
  public long canonicalNan() {
    return switch (type) {
      case FLOAT64 -> DOUBLE_NAN;
      case FLOAT32 -> 0x7FFF_FFFFL;
      case FLOAT16, BFLOAT16 -> 0x7FFF;
      default -> 0x7F;
    };
  }

  private long extreme(long a, long b, boolean largest) {
    if (!type.isFloating()) {
      int spare = 64 - 8 * type.bytes();
      long flip = type.kind() == DataType.Kind.SIGNED ? 0 : Long.MIN_VALUE;
      boolean first = ((a << spare) ^ flip) >= ((b << spare) ^ flip) == largest;
      return first ? a : b;
    }
    if (isNan(a) || isNan(b)) {
      return isNan(a) && isNan(b) ? canonicalNan() : saturated(isNan(a) ? b : a);
    }
    boolean first = Double.compare(type.decode(a), type.decode(b)) >= 0 == largest;
    return saturated(first ? a : b);
  }

  private long saturated(long bits) {
    return type.isFloat8() ? Elements.low(type, type.encode(type.decode(bits))) : bits;
  }

  private boolean isFinite(long bits) {
    return Double.isFinite(type.decode(bits));
  }

  private BigDecimal exact(long bits) {
    return new BigDecimal(type.decode(bits));
  }

  /** Java's own f32 is exact in the same sense, and fast. */
  private static long single(float value) {
    return Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
  }

  private long special(double value) {
    if (Double.isNaN(value)) {
      return canonicalNan();
    }
    return Elements.low(type, type.encode(value));
  }

  private long rounded(BigDecimal exact, boolean negative) {
    if (!type.isFloat8()) {
      return nearest(type, exact, negative);
    }
    long half = nearest(DataType.FLOAT16, exact, negative);
    return Elements.low(type, type.encode(DataType.FLOAT16.decode(half)));
  }

  /** The nearest number of {@code type}, ties to even; {@code negative} decides a zero's sign. */
  private static long nearest(DataType type, BigDecimal exact, boolean negative) {
    long sign = negative ? 1L << (8 * type.bytes() - 1) : 0;
    BigDecimal size = exact.abs();
    if (type == DataType.FLOAT64) {
      return sign | Double.doubleToRawLongBits(size.doubleValue());
    }
    long near = type.encode(size.doubleValue());
    long best = near;
    for (long other = Math.max(0, near - 1); other <= near + 1; other++) {
      int closer = distance(type, other, size).compareTo(distance(type, best, size));
      if (closer < 0 || (closer == 0 && (other & 1) == 0)) {
        best = other;
      }
    }
    return sign | best;
  }

  /** Infinity counts as the number that would follow the largest. */
  private static BigDecimal distance(DataType type, long bits, BigDecimal size) {
    double value = type.decode(bits);
    if (Double.isNaN(value)) {
      return new BigDecimal(Double.MAX_VALUE);
    }
    if (Double.isInfinite(value)) {
      double largest = type.decode(bits - 1);
      value = largest + (largest - type.decode(bits - 2));
    }
    return new BigDecimal(value).subtract(size).abs();
  }
}
