package org.jccl.conformance.data;

import org.jccl.DataType;

/** Any bits: signalling NaN, minus zero, subnormals. */
record CopyData(DataType type, int ranks, long seed) implements ExactData {
  @Override
  public long input(int rank, long index) {
    return Elements.low(type, Mix.of(seed, index, rank));
  }

  /** With one rank there is one candidate; with more, {@link #input} of the source says it. */
  @Override
  public long expected(long index) {
    if (ranks != 1) {
      throw new IllegalStateException("a copy has one source: ask for that rank's input");
    }
    return input(0, index);
  }
}
