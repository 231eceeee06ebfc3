package org.jccl.sim.algo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jccl.sim.math.FoldOrder;

/**
 * An all-reduce whose elements belong to ranks in turn: rank r folds r, r+1, …, r−1 and stores the
 * sum everywhere (SYM-03).
 *
 * <p>The warps of all ranks are numbered through, ranks first. A warp takes 2,048 bytes at a time,
 * from the first 16-byte boundary on, as long as all warps have work; of what is left 512 bytes at
 * a time; what remains, and what is before the boundary, 32 elements at a time. If input and output
 * do not share an alignment the larger steps are left out.
 */
final class WarpOrder implements FoldOrder {
  private static final int LANES = 32;
  private static final int PACKS = 4;

  /** All blocks take chunks of this many warps' bytes, or none does. */
  private static final int WARPS = 4;

  private static final int WIDE_PACK = 16;
  private static final int NARROW_PACK = 4;

  private final int[] ranks;
  private final List<Region> regions = new ArrayList<>();

  /** Elements that belong to ranks in turn, {@code hunk} at a time; {@code skipped} come before. */
  private record Region(long first, long end, long hunk, long skipped) {}

  WarpOrder(
      int worldSize,
      List<SymmetricSplit.Part> parts,
      int elementBytes,
      int sendOffset,
      int recvOffset) {
    this.ranks = IntStream.range(0, worldSize).toArray();
    for (SymmetricSplit.Part part : parts) {
      divide(part, elementBytes, sendOffset, recvOffset);
    }
  }

  private void divide(SymmetricSplit.Part part, int size, int sendOffset, int recvOffset) {
    long all = part.count() * size;
    long before = Math.min(Math.floorMod(-sendOffset, WIDE_PACK), all);
    int apart = sendOffset - recvOffset;
    long done = before;
    long lead = before / size;
    add(part.first(), lead, LANES, 0);
    if (apart % WIDE_PACK == 0) {
      done += take(part, done, size, WIDE_PACK);
    }
    if (size <= NARROW_PACK && (size == NARROW_PACK || apart % NARROW_PACK == 0)) {
      done += take(part, done, size, NARROW_PACK);
    }
    add(part.first() + done / size, part.count() - done / size, LANES, lead);
  }

  /** Adds as many chunks as all blocks of all ranks can share; their bytes. */
  private long take(SymmetricSplit.Part part, long done, int size, int pack) {
    long hunk = (long) PACKS * LANES * pack;
    long chunk = WARPS * hunk;
    long chunks = (part.count() * size - done) / chunk;
    chunks -= chunks % ((long) ranks.length * part.blocks());
    add(part.first() + done / size, chunks * chunk / size, hunk / size, 0);
    return chunks * chunk;
  }

  private void add(long first, long count, long hunk, long skipped) {
    if (count > 0) {
      regions.add(new Region(first, first + count, hunk, skipped));
    }
  }

  @Override
  public int worldSize() {
    return ranks.length;
  }

  @Override
  public void find(long element, long end, Piece piece) {
    Region region = at(element);
    long index = element - region.first + region.skipped;
    long offset = index % region.hunk;
    long left = Math.min(end, region.end) - element;
    long count = Math.min(region.hunk - offset, left);
    piece.set(count, offset, ranks, (int) (index / region.hunk % ranks.length));
    piece.setFollowing(region.hunk, left - count);
  }

  private Region at(long element) {
    int low = 0;
    int high = regions.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (element < regions.get(middle).end) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return regions.get(low);
  }
}
