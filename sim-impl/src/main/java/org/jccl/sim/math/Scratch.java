package org.jccl.sim.math;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One thread's working memory: blocks that stay in cache. */
final class Scratch {
  /** Bytes of a block: an accumulator of this size stays in the first-level cache. */
  static final int BLOCK = 16 << 10;

  final MemorySegment accumulator;
  final MemorySegment scaled;
  final FoldOrder.Piece piece = new FoldOrder.Piece();
  private Stack stack = new Stack(0);
  private @Nullable WideBlock wide;

  Scratch() {
    MemorySegment blocks = Arena.ofAuto().allocate(2L * BLOCK, 64);
    this.accumulator = blocks.asSlice(0, BLOCK);
    this.scaled = blocks.asSlice(BLOCK, BLOCK);
  }

  /** A stack with room for {@code depth} values; its memory is kept. */
  Stack stack(int depth) {
    if (stack.values.length < depth) {
      stack = new Stack(depth);
    }
    return stack;
  }

  /** Where narrow floats are added up; its memory is kept. */
  WideBlock wide() {
    WideBlock made = wide;
    if (made == null) {
      made = new WideBlock();
      wide = made;
    }
    return made;
  }

  /** Values of a {@link FoldProgram}: each in its level's own block, or where a rank has it. */
  static final class Stack {
    private final MemorySegment[] blocks;
    private final MemorySegment[] values;
    private final long[] offsets;

    private Stack(int depth) {
      this.blocks = new MemorySegment[depth];
      this.values = new MemorySegment[depth];
      this.offsets = new long[depth];
      MemorySegment all = Arena.ofAuto().allocate((long) depth * BLOCK, 64);
      Arrays.setAll(blocks, level -> all.asSlice((long) level * BLOCK, BLOCK));
      clear();
    }

    MemorySegment block(int level) {
      return blocks[level];
    }

    MemorySegment value(int level) {
      return values[level];
    }

    long offset(int level) {
      return offsets[level];
    }

    void set(int level, MemorySegment value, long offset) {
      values[level] = value;
      offsets[level] = offset;
    }

    void setToBlock(int level) {
      set(level, blocks[level], 0);
    }

    /** Lets go of the ranks' memory. */
    void clear() {
      Arrays.fill(values, MemorySegment.NULL);
    }
  }
}
