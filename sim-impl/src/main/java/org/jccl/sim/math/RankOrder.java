package org.jccl.sim.math;

import java.util.stream.IntStream;

/**
 * Every element is folded in the order 0, 1, …, n−1.
 *
 * <p>All elements are one chunk. NCCL folds so in its symmetric LL kernels; as an order of its own
 * it is the simplest that every rank can agree on.
 */
public final class RankOrder implements FoldOrder {
  private final int[] ranks;

  /** The order of a world of {@code worldSize} ranks. */
  public RankOrder(int worldSize) {
    if (worldSize < 1) {
      throw new IllegalArgumentException("world size " + worldSize + ", expected at least 1");
    }
    this.ranks = IntStream.range(0, worldSize).toArray();
  }

  @Override
  public int worldSize() {
    return ranks.length;
  }

  @Override
  public void find(long element, long end, Piece piece) {
    piece.set(end - element, element, ranks, 0);
  }
}
