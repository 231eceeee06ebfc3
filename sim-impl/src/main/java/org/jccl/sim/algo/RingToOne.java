package org.jccl.sim.algo;

import org.jccl.sim.math.FoldOrder;

/**
 * Reduce and reduce-scatter on rings: each block is folded along the ring, last by the rank that
 * gets it (RING-06, RING-08). Chunks are all alike (RING-05).
 */
final class RingToOne implements FoldOrder {
  private final Orders.Rings rings;
  private final ChannelSplit split;
  private final long block;
  private final int firstRoot;

  /**
   * Makes an order.
   *
   * @param block elements of a block
   * @param firstRoot who gets the first block; the next rank gets the next one
   */
  RingToOne(Orders.Rings rings, ChannelSplit split, long block, int firstRoot) {
    this.rings = rings;
    this.split = split;
    this.block = block;
    this.firstRoot = firstRoot;
  }

  @Override
  public int worldSize() {
    return rings.worldSize();
  }

  @Override
  public void find(long element, long end, Piece piece) {
    long index = element / block;
    long inBlock = element - index * block;
    int part = split.partOf(inBlock);
    long inPart = inBlock - split.first(part);
    long chunk = split.chunk(part);
    long offset = inPart % chunk;
    long count = Math.min(chunk - offset, split.count(part) - inPart);
    piece.set(
        Math.min(count, end - element),
        offset,
        rings.ranks(split.channel(part)),
        rings.after(split.channel(part), firstRoot + (int) index));
  }
}
