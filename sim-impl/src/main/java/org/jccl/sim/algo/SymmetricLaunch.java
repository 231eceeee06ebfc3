package org.jccl.sim.algo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One launch of a symmetric kernel: its calls are laid end to end in cells of 1 KiB, and each block
 * of threads gets equally many. Blocks that have nothing but one call's cells work on them
 * together; others go through their cells alone.
 */
final class SymmetricLaunch {
  /** Bytes of a cell. */
  static final int CELL = 1024;

  /** Where a block ends is kept as a fraction of the call, in 65,536 parts. */
  private static final long WHOLE = 1 << 16;

  private final long[] counts;
  private final long perCell;
  private final int[] lastCall;
  private final long[] lastFraction;
  private final int[] firstShared;
  private final int[] shared;
  private int channels;

  /**
   * Deals cells to blocks.
   *
   * @param counts elements of each call, in the order of the launch
   * @param blocks how many the model asks for
   * @param isLast whether nothing else of the group is launched after it
   */
  SymmetricLaunch(long[] counts, int elementBytes, int blocks, boolean isLast) {
    this.counts = counts;
    this.perCell = CELL / elementBytes;
    this.lastCall = new int[blocks];
    this.lastFraction = new long[blocks];
    this.firstShared = new int[counts.length];
    this.shared = new int[counts.length];
    Arrays.fill(firstShared, Integer.MAX_VALUE);
    deal(blocks, isLast);
  }

  private long cells(int call) {
    return ChannelSplit.ceil(counts[call], perCell);
  }

  private void deal(int blocks, boolean isLast) {
    long all = 0;
    for (int call = 0; call < counts.length; call++) {
      all += cells(call);
    }
    long perBlock = ChannelSplit.ceil(ChannelSplit.ceil(all * perCell, blocks), perCell);
    long room = perBlock;
    int block = 0;
    for (int call = 0; call < counts.length; call++) {
      long cells = cells(call);
      long left = cells;
      boolean endsLaunch = isLast && call == counts.length - 1;
      while (left > 0) {
        share(call, block, room == perBlock, left, left == cells, room, endsLaunch);
        lastCall[block] = call;
        if (left <= room) {
          lastFraction[block] = WHOLE;
          room -= left;
          left = 0;
        } else {
          left -= room;
          lastFraction[block] = ChannelSplit.ceil(WHOLE * (cells - left), cells);
          room = 0;
        }
        if (room == 0) {
          room = perBlock;
          block++;
        }
      }
    }
    channels = room < perBlock ? block + 1 : block;
  }

  /** Whether a block works on a call together with others, or is the only one that does. */
  private void share(
      int call,
      int block,
      boolean isFresh,
      long left,
      boolean isWhole,
      long room,
      boolean endsLaunch) {
    if (isFresh && shared[call] > 0) {
      if (left > room || room - left <= 1 || endsLaunch) {
        shared[call]++;
      }
    } else if (isFresh || (isWhole && left <= room)) {
      firstShared[call] = block;
      shared[call] = 1;
    }
  }

  /** How many blocks have something to do. */
  int channels() {
    return channels;
  }

  /** What the blocks work on, of one call. */
  List<SymmetricSplit.Part> parts(int call) {
    return parts(call, firstShared[call]);
  }

  /** The same of kernels with flags, whose blocks never work together. */
  List<SymmetricSplit.Part> partsApart(int call) {
    return parts(call, Integer.MAX_VALUE);
  }

  private List<SymmetricSplit.Part> parts(int call, int firstTogether) {
    List<SymmetricSplit.Part> parts = new ArrayList<>();
    int block = 0;
    while (block < channels) {
      int together = block == firstTogether ? shared[call] : 1;
      int last = block + together - 1;
      long first = startsAt(call, block);
      long end = endsAt(call, last);
      if (first < end) {
        parts.add(new SymmetricSplit.Part(first, end - first, together));
      }
      block = last + 1;
    }
    return parts;
  }

  /** The first element of a call that is behind the blocks before {@code block}. */
  private long startsAt(int call, int block) {
    return block == 0 ? 0 : endsAt(call, block - 1);
  }

  /** The end of what of a call is in the blocks up to {@code block}. */
  private long endsAt(int call, int block) {
    if (lastCall[block] != call) {
      return lastCall[block] > call ? counts[call] : 0;
    }
    long cells = (lastFraction[block] * cells(call)) >> 16;
    return Math.min(cells * perCell, counts[call]);
  }
}
