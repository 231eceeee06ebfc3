package org.jccl.conformance.data;

import org.jccl.DataType;

/** Minimum and maximum: normal numbers of both signs. */
record FloatExtreme(DataType type, ElementFormat shape, Fold fold, int ranks, long seed)
    implements ExactData {
  @Override
  public long input(int rank, long index) {
    return type.encode(number(rank, index));
  }

  @Override
  public long expected(long index) {
    double result = number(0, index);
    for (int rank = 1; rank < ranks; rank++) {
      double other = number(rank, index);
      result = fold == Fold.MIN ? Math.min(result, other) : Math.max(result, other);
    }
    return type.encode(result);
  }

  private double number(int rank, long index) {
    long bits = Mix.of(seed, index, rank);
    // Near each other, so that significands decide as often as exponents do.
    int exponent = ElementFormat.between(bits + 1, -2, 2) + 1 - shape.precision();
    double magnitude = Math.scalb((double) shape.significand(bits), exponent);
    return (bits & 1) == 0 ? magnitude : -magnitude;
  }
}
