package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/**
 * bfloat16, the upper half of an f32: sums go through f32, where the second rounding changes
 * nothing (EL-01). Products are exact in f32 unless they leave its range; then the block is
 * reported.
 *
 * <p>Elements travel in pairs, as ints, because loops that turn shorts into ints are slow: first
 * the lower elements of all pairs are done, then the upper ones.
 */
final class Bfloat16Block extends HeapBlock {
  private static final int PAIRS = BYTES / Integer.BYTES;
  private static final int UPPER = 0xFFFF_0000;

  private final int[] a;
  private final int[] b;
  private final int[] c;
  private final int[] lower = new int[PAIRS];
  private final int[] upper = new int[PAIRS];
  private final Reinterpreted left = new Reinterpreted(PAIRS);
  private final Reinterpreted right = new Reinterpreted(PAIRS);
  private final Reinterpreted sum = new Reinterpreted(PAIRS);
  private final Reinterpreted error = new Reinterpreted(PAIRS);

  Bfloat16Block() {
    this(new int[PAIRS], new int[PAIRS], new int[PAIRS]);
  }

  private Bfloat16Block(int[] a, int[] b, int[] c) {
    super(MemorySegment.ofArray(a), MemorySegment.ofArray(b), MemorySegment.ofArray(c));
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  boolean combine(Arithmetic op, int count) {
    int pairs = (count + 1) / 2;
    boolean inexact = combineHalf(op, 16, lower, pairs) | combineHalf(op, 0, upper, pairs);
    pack(pairs);
    return inexact;
  }

  private boolean combineHalf(Arithmetic op, int shift, int[] out, int pairs) {
    float[] x = unpack(a, shift, left, pairs);
    float[] y = unpack(b, shift, right, pairs);
    switch (op) {
      case SUM -> sum(x, y, pairs);
      case PROD -> product(x, y, pairs);
      case MAX -> max(x, y, pairs);
      case MIN -> min(x, y, pairs);
    }
    int[] results = left.toInts(pairs);
    round(results, out, pairs);
    return op == Arithmetic.PROD && anySubnormal(results, pairs);
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
    int pairs = (count + 1) / 2;
    boolean inexact = scaleHalf(scalar, 16, lower, pairs) | scaleHalf(scalar, 0, upper, pairs);
    pack(pairs);
    return inexact;
  }

  private boolean scaleHalf(long scalar, int shift, int[] out, int pairs) {
    multiply(scalar, shift, pairs);
    int[] products = left.toInts(pairs);
    round(products, out, pairs);
    return anySubnormal(products, pairs);
  }

  @Override
  boolean multiplyAdd(long scalar, int count) {
    int pairs = (count + 1) / 2;
    boolean inexact =
        multiplyAddHalf(scalar, 16, lower, pairs) | multiplyAddHalf(scalar, 0, upper, pairs);
    pack(pairs);
    return inexact;
  }

  private boolean multiplyAddHalf(long scalar, int shift, int[] out, int pairs) {
    float[] products = multiply(scalar, shift, pairs);
    int[] bits = left.toInts(pairs);
    boolean inexact = anySubnormal(bits, pairs) | anyLost(bits, right.ints(), pairs);
    float[] addends = unpack(b, shift, right, pairs);
    RoundToOdd.twoSum(products, addends, sum.floats(), error.floats(), pairs);
    int[] sums = sum.toInts(pairs);
    RoundToOdd.settle(sums, error.toInts(pairs), pairs);
    round(sums, out, pairs);
    return inexact;
  }

  /** Products in {@code left}; the factors' bits are left in {@code right}. */
  private float[] multiply(long scalar, int shift, int pairs) {
    float s = Float.intBitsToFloat((int) scalar << 16);
    float[] own = unpack(a, shift, right, pairs);
    float[] products = left.floats();
    for (int i = 0; i < pairs; i++) {
      products[i] = s * own[i];
    }
    return products;
  }

  /** One element of each pair as an f32: the lower one with a shift of 16, the upper one with 0. */
  private static float[] unpack(int[] from, int shift, Reinterpreted to, int pairs) {
    int[] bits = to.ints();
    for (int i = 0; i < pairs; i++) {
      bits[i] = (from[i] << shift) & UPPER;
    }
    return to.toFloats(pairs);
  }

  /** To nearest, ties to even. A NaN of bfloat16 ends in zeros here, so it cannot overflow. */
  private static void round(int[] bits, int[] out, int pairs) {
    for (int i = 0; i < pairs; i++) {
      out[i] = bits[i] + 0x7FFF + ((bits[i] >>> 16) & 1);
    }
  }

  private void pack(int pairs) {
    for (int i = 0; i < pairs; i++) {
      c[i] = lower[i] >>> 16 | (upper[i] & UPPER);
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
  private static boolean anyLost(int[] products, int[] factors, int count) {
    int seen = 0;
    for (int i = 0; i < count; i++) {
      int magnitude = products[i] & 0x7FFF_FFFF;
      int vanished = (magnitude - 1) & -(factors[i] & 0x7FFF_0000);
      seen |= (0x7F7F_FFFF - magnitude) | vanished;
    }
    return seen < 0;
  }
}
