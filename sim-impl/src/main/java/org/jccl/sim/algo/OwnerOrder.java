package org.jccl.sim.algo;

import java.util.stream.IntStream;
import org.jccl.sim.math.FoldOrder;

/** Block r is folded r, r+1, …, r−1: by the rank that gets it, from itself on. */
final class OwnerOrder implements FoldOrder {
  private final int[] ranks;
  private final long block;

  OwnerOrder(int worldSize, long block) {
    this.ranks = IntStream.range(0, worldSize).toArray();
    this.block = block;
  }

  @Override
  public int worldSize() {
    return ranks.length;
  }

  @Override
  public void find(long element, long end, Piece piece) {
    long owner = element / block;
    long offset = element - owner * block;
    piece.set(Math.min(block - offset, end - element), offset, ranks, (int) owner);
  }
}
