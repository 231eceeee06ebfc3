package org.jccl.conformance.data;

import org.jccl.DataType;

/**
 * Sums, plain or scaled: whole units whose magnitudes add up to at most 2 to the precision. Ranks
 * with an even part divide one total among them, the others a smaller one of the opposite sign.
 */
record FloatSum(DataType type, ElementFormat shape, boolean scaled, int ranks, long seed)
    implements ExactData {
  @Override
  public long input(int rank, long index) {
    long bits = Mix.of(seed, index);
    return element(units(bits, rank), exponent(bits));
  }

  @Override
  public long expected(long index) {
    long bits = Mix.of(seed, index);
    long sum = 0;
    for (int rank = 0; rank < ranks; rank++) {
      sum += units(bits, rank) * (scaled ? Fold.scalar(rank) : 1);
    }
    return element(sum, exponent(bits));
  }

  private long units(long bits, int rank) {
    // Scaled by at most 2, the magnitudes must still fit.
    long budget = scaled ? shape.units() / 2 : shape.units();
    long large = budget / 2 + 1 + Mix.below(bits + 1, Math.max(1, budget / 4));
    long small = Mix.below(bits + 2, budget - large + 1);
    int role = Mix.role(bits, rank, ranks);
    boolean even = (role & 1) == 0;
    long total = even ? large : small;
    int parts = even ? (ranks + 1) / 2 : ranks / 2;
    long magnitude = Mix.share(role / 2, parts, total);
    return even == ((bits & 2) == 0) ? magnitude : -magnitude;
  }

  private int exponent(long bits) {
    return ElementFormat.between(
        bits + 3, shape.minExponent(), shape.maxExponent() - shape.precision());
  }

  private long element(long units, int exponent) {
    return type.encode(Math.scalb((double) units, exponent));
  }
}
