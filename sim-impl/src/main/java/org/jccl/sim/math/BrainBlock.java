package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/**
 * bfloat16, the upper half of an f32: sums go through f32, where the second rounding changes
 * nothing (EL-01). Products are exact in f32 unless they leave its range; then the block is
 * reported.
 */
final class BrainBlock extends HeapBlock {
  private static final int CAPACITY = BYTES / Short.BYTES;

  private final short[] a;
  private final short[] b;
  private final short[] c;
  private final Reinterpreted left = new Reinterpreted(CAPACITY);
  private final Reinterpreted right = new Reinterpreted(CAPACITY);
  private final Reinterpreted error = new Reinterpreted(CAPACITY);

  BrainBlock() {
    this(new short[CAPACITY], new short[CAPACITY], new short[CAPACITY]);
  }

  private BrainBlock(short[] a, short[] b, short[] c) {
    super(MemorySegment.ofArray(a), MemorySegment.ofArray(b), MemorySegment.ofArray(c));
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  boolean combine(Arithmetic op, int count) {
    float[] x = widen(a, left, count);
    float[] y = widen(b, right, count);
    switch (op) {
      case SUM -> sum(x, y, count);
      case PROD -> product(x, y, count);
      case MAX -> max(x, y, count);
      case MIN -> min(x, y, count);
    }
    int[] results = left.toInts(count);
    round(results, count);
    return op == Arithmetic.PROD && anySubnormal(results, count);
  }

  private static void sum(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) {
      x[i] += y[i];
    }
  }

  private static void product(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) {
      x[i] *= y[i];
    }
  }

  private static void max(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Math.max(x[i], y[i]);
    }
  }

  private static void min(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Math.min(x[i], y[i]);
    }
  }

  @Override
  boolean scale(long scalar, int count) {
    multiply(scalar, count);
    int[] products = left.toInts(count);
    round(products, count);
    return anySubnormal(products, count);
  }

  @Override
  boolean multiplyAdd(long scalar, int count) {
    float[] products = multiply(scalar, count);
    int[] bits = left.toInts(count);
    boolean inexact = anySubnormal(bits, count) | anyLost(bits, count);
    float[] addends = widen(b, right, count);
    RoundToOdd.twoSum(products, addends, addends, error.floats(), count);
    int[] sums = right.toInts(count);
    RoundToOdd.settle(sums, error.toInts(count), count);
    round(sums, count);
    return inexact;
  }

  private float[] multiply(long scalar, int count) {
    float s = Float.intBitsToFloat((int) scalar << 16);
    float[] x = widen(a, left, count);
    for (int i = 0; i < count; i++) {
      x[i] *= s;
    }
    return x;
  }

  private static float[] widen(short[] from, Reinterpreted to, int count) {
    int[] bits = to.ints();
    for (int i = 0; i < count; i++) {
      bits[i] = from[i] << 16;
    }
    return to.toFloats(count);
  }

  /** To nearest, ties to even. A NaN of bfloat16 ends in zeros here, so it cannot overflow. */
  private void round(int[] bits, int count) {
    for (int i = 0; i < count; i++) {
      int value = bits[i];
      c[i] = (short) ((value + 0x7FFF + ((value >>> 16) & 1)) >> 16);
    }
  }

  /** Whether any product is subnormal in f32, so that it was rounded once already. */
  private static boolean anySubnormal(int[] products, int count) {
    int seen = 0;
    for (int i = 0; i < count; i++) {
      int magnitude = products[i] & 0x7FFF_FFFF;
      seen |= ~((magnitude - 1) | (0x007F_FFFF - magnitude));
    }
    return seen < 0;
  }

  /** Whether any product overflowed, or vanished though its factor did not. */
  private boolean anyLost(int[] products, int count) {
    int seen = 0;
    for (int i = 0; i < count; i++) {
      int magnitude = products[i] & 0x7FFF_FFFF;
      int vanished = (magnitude - 1) & -(a[i] & 0x7FFF);
      seen |= (0x7F7F_FFFF - magnitude) | vanished;
    }
    return seen < 0;
  }
}
