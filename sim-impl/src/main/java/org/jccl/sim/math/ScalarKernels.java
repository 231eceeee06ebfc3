package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.DataType.Kind;

/**
 * The portable kernels: no flags, no native access, any platform.
 *
 * <p>They stage blocks through heap arrays, whose loops the JIT compiler vectorises; a block with a
 * NaN, or with a product that f32 cannot hold, is computed again element by element.
 */
public final class ScalarKernels implements ElementKernels {
  private final HeapBlockPool pool = new HeapBlockPool();

  /** Makes kernels with block pools of their own. */
  public ScalarKernels() {}

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void combine(
      Arithmetic op,
      DataType type,
      MemorySegment left,
      long leftOffset,
      MemorySegment right,
      long rightOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    int capacity = HeapBlock.BYTES / type.bytes();
    HeapBlock block = pool.take(type);
    for (long done = 0; done < count; done += capacity) {
      int now = (int) Math.min(capacity, count - done);
      long at = done * type.bytes();
      long bytes = (long) now * type.bytes();
      MemorySegment.copy(left, leftOffset + at, block.left(), 0, bytes);
      MemorySegment.copy(right, rightOffset + at, block.right(), 0, bytes);
      if (block.combine(op, now) | hasNan(type, block, bytes)) {
        for (int i = 0; i < now; i++) {
          put(
              type,
              block,
              i,
              ElementMath.combine(op, type, left(type, block, i), right(type, block, i)));
        }
      }
      MemorySegment.copy(block.out(), 0, out, outOffset + at, bytes);
    }
    pool.giveBack(type, block);
  }

  @Override
  public void scale(
      DataType type,
      long scalar,
      MemorySegment in,
      long inOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    int capacity = HeapBlock.BYTES / type.bytes();
    HeapBlock block = pool.take(type);
    for (long done = 0; done < count; done += capacity) {
      int now = (int) Math.min(capacity, count - done);
      long at = done * type.bytes();
      long bytes = (long) now * type.bytes();
      MemorySegment.copy(in, inOffset + at, block.left(), 0, bytes);
      if (block.scale(scalar, now) | hasNan(type, block, bytes)) {
        for (int i = 0; i < now; i++) {
          put(type, block, i, ElementMath.multiply(type, scalar, left(type, block, i)));
        }
      }
      MemorySegment.copy(block.out(), 0, out, outOffset + at, bytes);
    }
    pool.giveBack(type, block);
  }

  @Override
  public void fusedScaleCombine(
      DataType type,
      long scalar,
      MemorySegment own,
      long ownOffset,
      MemorySegment acc,
      long accOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    int capacity = HeapBlock.BYTES / type.bytes();
    HeapBlock block = pool.take(type);
    for (long done = 0; done < count; done += capacity) {
      int now = (int) Math.min(capacity, count - done);
      long at = done * type.bytes();
      long bytes = (long) now * type.bytes();
      MemorySegment.copy(own, ownOffset + at, block.left(), 0, bytes);
      MemorySegment.copy(acc, accOffset + at, block.right(), 0, bytes);
      if (block.multiplyAdd(scalar, now) | hasNan(type, block, bytes)) {
        for (int i = 0; i < now; i++) {
          long x = left(type, block, i);
          put(type, block, i, ElementMath.multiplyAdd(type, scalar, x, right(type, block, i)));
        }
      }
      MemorySegment.copy(block.out(), 0, out, outOffset + at, bytes);
    }
    pool.giveBack(type, block);
  }

  @Override
  public void divide(
      DataType type,
      int divisor,
      MemorySegment in,
      long inOffset,
      MemorySegment out,
      long outOffset,
      long count) {
    if (divisor < 1) {
      throw new IllegalArgumentException("divisor " + divisor + ", expected at least 1");
    }
    int capacity = HeapBlock.BYTES / type.bytes();
    HeapBlock block = pool.take(type);
    for (long done = 0; done < count; done += capacity) {
      int now = (int) Math.min(capacity, count - done);
      long at = done * type.bytes();
      long bytes = (long) now * type.bytes();
      MemorySegment.copy(in, inOffset + at, block.left(), 0, bytes);
      block.divide(divisor, now);
      MemorySegment.copy(block.out(), 0, out, outOffset + at, bytes);
    }
    pool.giveBack(type, block);
  }

  /** Whether the block's results hold a NaN; float8 results need no second look. */
  private static boolean hasNan(DataType type, HeapBlock block, long bytes) {
    if (type.kind() != Kind.FLOATING || type.isFloat8()) {
      return false;
    }
    return block.hasNan(FloatBits.of(type), bytes);
  }

  private static long left(DataType type, HeapBlock block, int index) {
    return Bits.get(block.left(), (long) index * type.bytes(), type.bytes());
  }

  private static long right(DataType type, HeapBlock block, int index) {
    return Bits.get(block.right(), (long) index * type.bytes(), type.bytes());
  }

  private static void put(DataType type, HeapBlock block, int index, long bits) {
    Bits.put(block.out(), (long) index * type.bytes(), type.bytes(), bits);
  }
}
