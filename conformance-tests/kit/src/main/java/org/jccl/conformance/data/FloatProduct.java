package org.jccl.conformance.data;

import org.jccl.DataType;

/**
 * Products: one rank holds a significand, the others powers of two. Growing ones divide one range
 * of exponents among them, shrinking ones another, so that every partial product is a normal
 * number.
 */
record FloatProduct(DataType type, ElementFormat shape, int ranks, long seed) implements ExactData {
  @Override
  public long input(int rank, long index) {
    long bits = Mix.of(seed, index);
    return type.encode(factor(bits, rank));
  }

  @Override
  public long expected(long index) {
    long bits = Mix.of(seed, index);
    double product = 1;
    for (int rank = 0; rank < ranks; rank++) {
      product *= factor(bits, rank); // exact in any order: this is the point
    }
    return type.encode(product);
  }

  private double factor(long bits, int rank) {
    int role = Mix.role(bits, rank, ranks);
    boolean negative = (Mix.of(bits, 5, rank) & 1) != 0;
    double magnitude = role == 0 ? significand(bits) : Math.scalb(1.0, exponent(bits, role - 1));
    return negative ? -magnitude : magnitude;
  }

  private double significand(long bits) {
    return Math.scalb((double) shape.significand(bits + 1), 1 - shape.precision());
  }

  private int exponent(long bits, int other) {
    int others = ranks - 1;
    // The significand may fill the last exponent below the largest.
    int range = Math.min(shape.maxExponent() - 1, -shape.minExponent());
    boolean grows = (other & 1) == 0;
    long total = Mix.below(bits + (grows ? 2 : 3), range + 1L);
    int parts = grows ? (others + 1) / 2 : others / 2;
    int share = (int) Mix.share(other / 2, parts, total);
    return grows ? share : -share;
  }
}
