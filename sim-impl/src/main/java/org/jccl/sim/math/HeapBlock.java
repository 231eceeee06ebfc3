package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/**
 * Two inputs and one output as heap arrays, and the loops over them.
 *
 * <p>The JIT compiler vectorises loops over primitive arrays but not over memory segments, so the
 * portable kernels copy a block here, compute, and copy it back. Loops may cut corners where that
 * keeps them vectorisable: they return {@code true} when the block may hold a wrong element, and it
 * is then computed again, element by element. NaNs are not their business.
 */
abstract class HeapBlock {
  /** Bytes of each of the three arrays: all of them together stay in the first-level cache. */
  static final int BYTES = 8192;

  private final MemorySegment left;
  private final MemorySegment right;
  private final MemorySegment out;
  private final long[] words = new long[BYTES / Long.BYTES];
  private final MemorySegment asWords = MemorySegment.ofArray(words);

  HeapBlock(MemorySegment left, MemorySegment right, MemorySegment out) {
    this.left = left;
    this.right = right;
    this.out = out;
  }

  final MemorySegment left() {
    return left;
  }

  final MemorySegment right() {
    return right;
  }

  final MemorySegment out() {
    return out;
  }

  /** Whether the first {@code bytes} of the output hold a NaN. */
  final boolean hasNan(FloatBits format, long bytes) {
    int count = (int) (bytes + Long.BYTES - 1) / Long.BYTES;
    if (count > 0) {
      words[count - 1] = 0;
    }
    MemorySegment.copy(out, 0, asWords, 0, bytes);
    return format.anyNan(words, count);
  }

  /** {@code out = left ∘ right}. */
  abstract boolean combine(Arithmetic op, int count);

  /** {@code out = scalar·left}. */
  abstract boolean scale(long scalar, int count);

  /** {@code out = scalar·left + right} in one rounding. */
  boolean multiplyAdd(long scalar, int count) {
    throw new IllegalArgumentException("float8 and integers are never fused (AVG-04, AVG-05)");
  }

  /** {@code out = left / divisor}. */
  void divide(int divisor, int count) {
    throw new IllegalArgumentException("floating-point types average by scaling (AVG-02)");
  }
}
