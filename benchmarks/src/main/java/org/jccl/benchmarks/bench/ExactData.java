package org.jccl.benchmarks.bench;

import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;

/**
 * Inputs for which every partial result, in any order of combination, is exactly representable, so
 * that any correct algorithm gives the same bits. The idea is that of nccl-tests' verifiable data.
 *
 * <ul>
 *   <li>Integers: any bits, since arithmetic wraps around (odd ones for products, which would soon
 *       be zero otherwise).
 *   <li>Floating sums: integer multiples of one power of two whose magnitudes add up to at most
 *       what the mantissa holds; signs are mixed and the result is never zero.
 *   <li>Floating products: one rank holds a mantissa, the others powers of two that stay in range.
 *   <li>Minimum and maximum: any numbers, no zeros and no NaN.
 *   <li>Floating averages: two ranks hold numbers, the others zero. Whether inputs are scaled
 *       before or after adding differs between GPUs, hence a tolerance.
 * </ul>
 *
 * <p>The ranks take turns in the special roles: which rank plays which changes from element to
 * element.
 */
final class ExactData {
  private ExactData() {}

  /** Data for reducing {@code type} by {@code op} over {@code ranks} ranks. */
  static CheckedData of(DataType type, Builtin op, int ranks, long seed) {
    if (!type.isFloating()) {
      return new IntegerData(type, op, ranks, seed);
    }
    FloatFormat format = FloatFormat.of(type);
    return switch (op) {
      case SUM -> new FloatSum(format, ranks, seed);
      case PROD -> new FloatProduct(format, ranks, seed);
      case MIN, MAX -> new FloatExtreme(type, format, op, ranks, seed);
      case AVG -> new FloatAverage(type, format, ranks, seed);
    };
  }

  /**
   * Which role {@code rank} plays, 0 to {@code ranks - 1}: a rotation, every other time mirrored.
   */
  static int role(long bits, int rank, int ranks) {
    int turned = (int) ((rank + Hash.below(bits >>> 1, ranks)) % ranks);
    return (bits & 1) == 0 ? turned : ranks - 1 - turned;
  }

  /**
   * The share of {@code role} when {@code total} is divided among {@code parts} roles: proportional
   * to {@code role + 1}, so that shares differ; the last role with any takes the remainder. Shares
   * are not negative and add up to {@code total}.
   */
  static long share(int role, int parts, long total) {
    long weights = (long) parts * (parts + 1) / 2;
    int used = total >= weights ? parts : triangular(total);
    if (role >= used) {
      return 0;
    }
    long usedWeights = (long) used * (used + 1) / 2;
    long unit = total / usedWeights;
    long remainder = role == used - 1 ? total - unit * usedWeights : 0;
    return unit * (role + 1) + remainder;
  }

  /** Largest t with 1 + 2 + … + t at most {@code total}. */
  private static int triangular(long total) {
    return (int) ((Math.sqrt(8.0 * total + 1) - 1) / 2);
  }

  private record IntegerData(DataType type, Builtin op, int ranks, long seed)
      implements CheckedData {
    @Override
    public long input(int rank, long index) {
      long bits = Hash.of(seed, index, rank);
      return truncate(op == Builtin.PROD ? bits | 1 : bits);
    }

    @Override
    public long result(long index) {
      long result = extend(input(0, index));
      for (int rank = 1; rank < ranks; rank++) {
        result = combine(result, extend(input(rank, index)));
      }
      return truncate(op == Builtin.AVG ? divide(extend(result)) : result);
    }

    @Override
    public int tolerance() {
      return 0;
    }

    private long combine(long a, long b) {
      return switch (op) {
        case SUM, AVG -> a + b;
        case PROD -> a * b;
        case MIN -> isLess(a, b) ? a : b;
        case MAX -> isLess(a, b) ? b : a;
      };
    }

    /** Rule RED-09: the sum wraps first, then is divided, truncating toward zero. */
    private long divide(long sum) {
      return isSigned() ? sum / ranks : Long.divideUnsigned(sum, ranks);
    }

    private boolean isLess(long a, long b) {
      return isSigned() ? a < b : Long.compareUnsigned(a, b) < 0;
    }

    private boolean isSigned() {
      return type.kind() == DataType.Kind.SIGNED;
    }

    private long truncate(long value) {
      return type.bytes() == 8 ? value : value & ((1L << (8 * type.bytes())) - 1);
    }

    private long extend(long bits) {
      int unused = 64 - 8 * type.bytes();
      return isSigned() ? bits << unused >> unused : bits << unused >>> unused;
    }
  }

  /** Even roles add up to one number, odd roles take a smaller one away. */
  private record FloatSum(FloatFormat format, int ranks, long seed) implements CheckedData {
    @Override
    public long input(int rank, long index) {
      long bits = Hash.of(seed, index);
      int role = role(bits, rank, ranks);
      long added = added(bits);
      long value =
          role % 2 == 0
              ? share(role / 2, (ranks + 1) / 2, added)
              : -share(role / 2, ranks / 2, taken(bits, added));
      return format.scaled(isMirrored(bits) ? -value : value, unit(bits));
    }

    @Override
    public long result(long index) {
      long bits = Hash.of(seed, index);
      long added = added(bits);
      long value = ranks > 1 ? added - taken(bits, added) : added;
      return format.scaled(isMirrored(bits) ? -value : value, unit(bits));
    }

    @Override
    public int tolerance() {
      return 0;
    }

    private long added(long bits) {
      long largest = format.largestInteger();
      return largest / 2 + Hash.below(Hash.next(bits), largest / 4 + 1);
    }

    /** At least 1, less than {@code added}, and small enough for any order of adding. */
    private long taken(long bits, long added) {
      long room = Math.min(format.largestInteger() - added, added - 1);
      return 1 + Hash.below(Hash.next(~bits), room);
    }

    private int unit(long bits) {
      int lowest = format.bottomExponent();
      int highest = format.topExponent() - format.mantissaBits();
      return lowest + (int) Hash.below(bits >>> 20, highest - lowest + 1);
    }

    private static boolean isMirrored(long bits) {
      return bits < 0;
    }
  }

  /** Role 0 holds a mantissa, every role a power of two; odd roles are negative. */
  private record FloatProduct(FloatFormat format, int ranks, long seed) implements CheckedData {
    @Override
    public long input(int rank, long index) {
      long bits = Hash.of(seed, index);
      int role = role(bits, rank, ranks);
      int exponent = (int) share(role, ranks, exponents(bits));
      if (role == 0) {
        return format.assemble(bits < 0, exponent + start(bits), mantissa(bits));
      }
      return format.assemble(role % 2 == 1, exponent, 0);
    }

    @Override
    public long result(long index) {
      long bits = Hash.of(seed, index);
      boolean negative = bits < 0 ^ (ranks / 2) % 2 == 1;
      return format.assemble(negative, (int) exponents(bits) + start(bits), mantissa(bits));
    }

    @Override
    public int tolerance() {
      return 0;
    }

    private long mantissa(long bits) {
      return Hash.next(bits) & ((1L << format.mantissaBits()) - 1);
    }

    /** All ranks' exponents together: none is negative, so no partial product is larger. */
    private long exponents(long bits) {
      int largest = format.topExponent() - 1;
      return largest / 2 + Hash.below(bits >>> 20, largest - largest / 2 + 1);
    }

    /** What the mantissa's rank adds to its exponent. */
    private int start(long bits) {
      return -(int) Hash.below(bits >>> 40, -format.bottomExponent() / 2 + 1);
    }
  }

  /** Any numbers of middling size. */
  private record FloatExtreme(DataType type, FloatFormat format, Builtin op, int ranks, long seed)
      implements CheckedData {
    @Override
    public long input(int rank, long index) {
      long bits = Hash.of(seed, index, rank);
      int reach = Math.min(-format.bottomExponent(), 8);
      int exponent = (int) Hash.below(bits >>> 53, 2L * reach) - reach;
      return format.assemble(bits < 0, exponent, bits & ((1L << format.mantissaBits()) - 1));
    }

    @Override
    public long result(long index) {
      long best = input(0, index);
      for (int rank = 1; rank < ranks; rank++) {
        long other = input(rank, index);
        boolean less = type.decode(other) < type.decode(best);
        best = less == (op == Builtin.MIN) ? other : best;
      }
      return best;
    }

    @Override
    public int tolerance() {
      return 0;
    }
  }

  /** Two ranks hold numbers in [1, 2) times one power of two, the others zero. */
  private record FloatAverage(DataType type, FloatFormat format, int ranks, long seed)
      implements CheckedData {
    @Override
    public long input(int rank, long index) {
      long bits = Hash.of(seed, index);
      return contribution(bits, role(bits, rank, ranks));
    }

    /** As the usual kernels do it (rule RED-10): scale what each rank holds, round, add, round. */
    @Override
    public long result(long index) {
      long bits = Hash.of(seed, index);
      double scale = type.decode(type.encode(oneRankInAll()));
      double sum = scaled(contribution(bits, 0), scale);
      return type.encode(ranks > 1 ? sum + scaled(contribution(bits, 1), scale) : sum);
    }

    @Override
    public int tolerance() {
      return 2;
    }

    private double oneRankInAll() {
      return type == DataType.FLOAT64 ? 1.0 / ranks : (float) (1.0 / ranks);
    }

    private double scaled(long contribution, double scale) {
      return type.decode(type.encode(type.decode(contribution) * scale));
    }

    private long contribution(long bits, int role) {
      if (role > 1) {
        return 0;
      }
      long mantissa = (role == 0 ? Hash.next(bits) : Hash.next(~bits));
      return format.assemble(
          bits < 0, exponent(bits), mantissa & ((1L << format.mantissaBits()) - 1));
    }

    /** High enough that a share of it is still a normal number, low enough for adding first. */
    private int exponent(long bits) {
      int highest = format.topExponent() - 1;
      int lowest =
          Math.min(
              highest,
              format.bottomExponent() + 2 + Integer.SIZE - Integer.numberOfLeadingZeros(ranks));
      return lowest + (int) Hash.below(bits >>> 20, highest - lowest + 1);
    }
  }
}
