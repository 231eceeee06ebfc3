package org.jccl.conformance.data;

import org.jccl.DataType;

/** Averages: two ranks hold positive numbers of like size, the others zero (rule RED-10). */
record FloatAverage(DataType type, ElementFormat shape, int ranks, long seed) implements ExactData {
  @Override
  public long input(int rank, long index) {
    long bits = Mix.of(seed, index);
    return type.encode(Math.scalb((double) units(bits, rank), exponent(bits)));
  }

  @Override
  public long expected(long index) {
    long bits = Mix.of(seed, index);
    if (!hasNormalScale()) {
      return scaledFirst(index);
    }
    long sum = 0;
    for (int rank = 0; rank < ranks; rank++) {
      sum += units(bits, rank);
    }
    return type.encode(Math.scalb((double) sum, exponent(bits)) / ranks);
  }

  /** Whether 1 over the number of ranks has all its digits in the type. */
  private boolean hasNormalScale() {
    return 1.0 / ranks >= Math.scalb(1.0, shape.minExponent());
  }

  /** In worlds so large that the scale itself loses digits they are lost in every kernel. */
  private long scaledFirst(long index) {
    double scale = type.decode(type.encode(1.0 / ranks));
    double sum = 0;
    for (int rank = 0; rank < ranks; rank++) {
      sum += type.decode(type.encode(type.decode(input(rank, index)) * scale));
    }
    return type.encode(sum);
  }

  /** Scaling by a power of two is exact; by another factor it rounds, in an unspecified place. */
  @Override
  public int tolerance() {
    return Integer.bitCount(ranks) == 1 && hasNormalScale() ? 0 : 2;
  }

  private long units(long bits, int rank) {
    int role = Mix.role(bits, rank, ranks);
    // One bit less than the precision, so that the sum of two is exact.
    return role > 1 ? 0 : shape.significand(bits + role) >> 1;
  }

  /** Small enough that the sum is finite, large enough that a share of it is a normal number. */
  private int exponent(long bits) {
    int scale = Integer.SIZE - Integer.numberOfLeadingZeros(ranks - 1);
    int high = shape.maxExponent() - shape.precision() - 1;
    int low = shape.minExponent() + scale + 2 - shape.precision();
    return ElementFormat.between(bits + 7, Math.min(low, high), high);
  }
}
