package org.jccl.sim.algo;

import org.jccl.sim.math.FoldOrder;

/**
 * All-reduce on rings: chunk i of a loop starts at the ring's position i+1 and ends at i (RING-01);
 * the last loop of a part, when it is not full, has smaller chunks (RING-04).
 */
final class RingAllReduce implements FoldOrder {
  private static final int PACK = 16;

  private final Orders.Rings rings;
  private final ChannelSplit split;
  private final int elementBytes;

  RingAllReduce(Orders.Rings rings, ChannelSplit split, int elementBytes) {
    this.rings = rings;
    this.split = split;
    this.elementBytes = elementBytes;
  }

  @Override
  public int worldSize() {
    return rings.worldSize();
  }

  @Override
  public void find(long element, long end, Piece piece) {
    int n = rings.worldSize();
    int part = split.partOf(element);
    long inPart = element - split.first(part);
    long chunk = split.chunk(part);
    long loop = n * chunk;
    long inLoop = inPart % loop;
    long rest = split.count(part) - (inPart - inLoop);
    if (rest < loop) {
      chunk = ChannelSplit.up(ChannelSplit.ceil(rest, n), PACK / elementBytes);
    }
    int index = (int) (inLoop / chunk);
    long offset = inLoop - index * chunk;
    long left = Math.min(Math.min(n * chunk, rest) - inLoop, end - element);
    long count = Math.min(chunk - offset, left);
    piece.set(count, offset, rings.ranks(split.channel(part)), index + 1 < n ? index + 1 : 0);
    piece.setFollowing(chunk, left - count);
  }
}
