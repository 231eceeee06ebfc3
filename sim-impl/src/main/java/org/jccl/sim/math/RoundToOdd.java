package org.jccl.sim.math;

/**
 * Sums in f32 that keep a sticky last bit, so that a later rounding to half or bfloat16 is the only
 * one (FMA-06). All loops vectorise.
 */
final class RoundToOdd {
  private RoundToOdd() {}

  /** {@code sum + error = product + addend} exactly (Knuth), unless something is not finite. */
  static void twoSum(float[] product, float[] addend, float[] sum, float[] error, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = product[i] + addend[i];
    }
    for (int i = 0; i < count; i++) {
      float rest = sum[i] - product[i];
      error[i] = (product[i] - (sum[i] - rest)) + (addend[i] - rest);
    }
  }

  /** Moves each inexact, even sum to its odd neighbour on the side of the exact value. */
  static void settle(int[] sum, int[] error, int count) {
    for (int i = 0; i < count; i++) {
      int s = sum[i];
      int e = error[i];
      int inexact = ((e << 1) | -(e << 1)) >> 31;
      int even = (s & 1) - 1;
      int finite = ((s & 0x7FFF_FFFF) - 0x7F80_0000) >> 31;
      int outward = ((s ^ e) >> 31) | 1;
      sum[i] = s + (outward & inexact & even & finite);
    }
  }
}
