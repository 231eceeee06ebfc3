package org.jccl.conformance.data;

import org.jccl.DataType;

/** Integers wrap around, so any bits give the same result in any order (rules RED-04, RED-09). */
record IntegerData(DataType type, Fold fold, int ranks, long seed) implements ExactData {
  @Override
  public long input(int rank, long index) {
    long bits = Mix.of(seed, index, rank);
    // Even factors would make every product zero before long.
    return Elements.low(type, fold == Fold.PROD ? bits | 1 : bits);
  }

  @Override
  public long expected(long index) {
    long result = contribution(0, index);
    for (int rank = 1; rank < ranks; rank++) {
      result = combine(result, contribution(rank, index));
    }
    result = extend(result);
    if (fold == Fold.AVG) {
      result = isSigned() ? result / ranks : Long.divideUnsigned(result, ranks);
    }
    return Elements.low(type, result);
  }

  private long contribution(int rank, long index) {
    long own = extend(input(rank, index));
    return fold == Fold.SCALED_SUM ? own * Fold.scalar(rank) : own;
  }

  private long combine(long a, long b) {
    return switch (fold) {
      case SUM, AVG, SCALED_SUM -> a + b;
      case PROD -> a * b;
      case MIN -> compare(a, b) <= 0 ? a : b;
      case MAX -> compare(a, b) >= 0 ? a : b;
      case COPY -> throw new IllegalStateException("copies are not combined");
    };
  }

  private int compare(long a, long b) {
    return isSigned() ? Long.compare(a, b) : Long.compareUnsigned(a, b);
  }

  private boolean isSigned() {
    return type.kind() == DataType.Kind.SIGNED;
  }

  /** The low bits, as a number of the type: a sum that wraps at 64 bits wraps below as well. */
  private long extend(long bits) {
    int unused = Long.SIZE - 8 * type.bytes();
    return isSigned() ? bits << unused >> unused : bits << unused >>> unused;
  }
}
