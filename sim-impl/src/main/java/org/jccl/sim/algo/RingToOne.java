package org.jccl.sim.algo;

/**
 * Reduce and reduce-scatter on rings: each block is folded along the ring, last by the rank that
 * gets it (RING-06, RING-08). Chunks are all alike (RING-05).
 */
final class RingToOne extends BlockOrder {
  private final Orders.Rings rings;
  private final int firstRoot;

  /**
   * Makes an order.
   *
   * @param block elements of a block
   * @param firstRoot who gets the first block; the next rank gets the next one
   */
  RingToOne(Orders.Rings rings, ChannelSplit split, long block, int firstRoot) {
    super(split, block);
    this.rings = rings;
    this.firstRoot = firstRoot;
  }

  @Override
  public int worldSize() {
    return rings.worldSize();
  }

  @Override
  void fold(Piece piece, long count, long offset, int part, int index) {
    int channel = split().channel(part);
    piece.set(count, offset, rings.ranks(channel), rings.after(channel, firstRoot + index));
  }
}
