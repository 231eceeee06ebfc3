package org.jccl.sim.algo;

import org.jccl.sim.math.FoldOrder;

/** An order in which every block is split over channels alike, and each chunk has one fold. */
abstract class BlockOrder implements FoldOrder {
  private final ChannelSplit split;
  private final long block;

  /**
   * For the orders below.
   *
   * @param split how a block is cut
   * @param block elements of a block
   */
  BlockOrder(ChannelSplit split, long block) {
    this.split = split;
    this.block = block;
  }

  final ChannelSplit split() {
    return split;
  }

  @Override
  public final void find(long element, long end, Piece piece) {
    long index = element / block;
    long inBlock = element - index * block;
    int part = split.partOf(inBlock);
    long inPart = inBlock - split.first(part);
    long chunk = split.chunk(part);
    long offset = inPart % chunk;
    long count = Math.min(chunk - offset, split.count(part) - inPart);
    fold(piece, Math.min(count, end - element), offset, part, (int) index);
  }

  /**
   * Sets {@code piece} to {@code count} elements of one chunk.
   *
   * @param offset how many elements of the chunk come before
   * @param part the part of the split that they lie in
   * @param index number of their block
   */
  abstract void fold(Piece piece, long count, long offset, int part, int index);
}
