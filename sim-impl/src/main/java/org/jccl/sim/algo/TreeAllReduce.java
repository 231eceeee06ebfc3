package org.jccl.sim.algo;

import org.jccl.sim.math.FoldOrder;

/** All-reduce on trees: all elements of a channel have its tree (TREE-02). */
final class TreeAllReduce implements FoldOrder {
  private final int worldSize;
  private final ChannelSplit split;
  private final Shape[] trees;

  TreeAllReduce(int worldSize, ChannelSplit split, Shape[] trees) {
    this.worldSize = worldSize;
    this.split = split;
    this.trees = trees;
  }

  @Override
  public int worldSize() {
    return worldSize;
  }

  @Override
  public void find(long element, long end, Piece piece) {
    int part = split.partOf(element);
    long inPart = element - split.first(part);
    long chunk = split.chunk(part);
    long offset = inPart % chunk;
    long count = Math.min(chunk - offset, split.count(part) - inPart);
    trees[split.channel(part)].set(piece, Math.min(count, end - element), offset, 0);
  }
}
