package org.jccl.conformance.data;

import org.jccl.DataType;

/**
 * The elements that the ranks contribute to one operation, and what comes out: the same bits for
 * every correct algorithm, because no partial result ever needs rounding. The idea is that of
 * nccl-tests' verifiable data.
 *
 * <ul>
 *   <li>Integers: any bits, since arithmetic wraps around (RED-04); odd ones for products.
 *   <li>Floating sums: whole multiples of one power of two whose magnitudes together fit the
 *       significand; signs are mixed, the result is never zero.
 *   <li>Floating products: one rank holds a significand, the others powers of two.
 *   <li>Minimum and maximum: normal numbers, no zero and no NaN (RED-06).
 *   <li>Floating averages: two ranks hold numbers, the others zero. Whether inputs are scaled
 *       before or after they are added is not fixed (RED-10), hence two units in the last place of
 *       tolerance unless the world size is a power of two.
 *   <li>Copies: any bits at all (TYP-06).
 * </ul>
 *
 * <p>Which rank plays which part changes from element to element. Elements are bits in the low end
 * of a {@code long}. Immutable; safe for any thread.
 */
public sealed interface ExactData
    permits IntegerData, FloatSum, FloatProduct, FloatExtreme, FloatAverage, CopyData {
  /** Data for folding {@code type} by {@code fold} over {@code ranks} ranks. */
  static ExactData of(DataType type, Fold fold, int ranks, long seed) {
    if (ranks < 1) {
      throw new IllegalArgumentException("ranks " + ranks + ", expected at least 1");
    }
    if (fold == Fold.COPY) {
      return new CopyData(type, ranks, seed);
    }
    if (!type.isFloating()) {
      return new IntegerData(type, fold, ranks, seed);
    }
    ElementFormat shape = ElementFormat.of(type);
    return switch (fold) {
      case SUM -> new FloatSum(type, shape, false, ranks, seed);
      case SCALED_SUM -> new FloatSum(type, shape, true, ranks, seed);
      case PROD -> new FloatProduct(type, shape, ranks, seed);
      case MIN, MAX -> new FloatExtreme(type, shape, fold, ranks, seed);
      case AVG -> new FloatAverage(type, shape, ranks, seed);
      case COPY -> throw new IllegalStateException("handled above");
    };
  }

  /** Element type. */
  DataType type();

  /** Number of ranks. */
  int ranks();

  /** Bits of element {@code index} of {@code rank}'s contribution. */
  long input(int rank, long index);

  /** Bits of element {@code index} of the combination of all ranks' contributions. */
  long expected(long index);

  /** How many units in the last place a result may differ from {@link #expected}. */
  default int tolerance() {
    return 0;
  }

  /** Whether {@code bits} is a right answer where {@code expected} is the exact one. */
  default boolean accepts(long expected, long bits) {
    // Only averages tolerate anything; they are positive, so bits are ordered as numbers are.
    return bits == expected || Math.abs(bits - expected) <= tolerance();
  }
}
