package org.jccl.sim.math;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One thread's working memory: two blocks that stay in cache. */
final class Scratch {
  /** Bytes of a block: an accumulator of this size stays in the first-level cache. */
  static final int BLOCK = 16 << 10;

  final MemorySegment accumulator;
  final MemorySegment scaled;
  final FoldOrder.Piece piece = new FoldOrder.Piece();

  Scratch() {
    MemorySegment blocks = Arena.ofAuto().allocate(2L * BLOCK, 64);
    this.accumulator = blocks.asSlice(0, BLOCK);
    this.scaled = blocks.asSlice(BLOCK, BLOCK);
  }
}
