package org.jccl.sim.math;

import org.jccl.DataType;

/**
 * In what a sum is kept until all ranks are in, and what it is multiplied by in the end.
 *
 * @param isHalf whether every step is rounded to binary16; else to f32
 * @param factor 1 for a sum
 */
record Accumulator(boolean isHalf, float factor) {
  /** A sum in f32. */
  static final Accumulator SINGLE = new Accumulator(false, 1);

  /** An average: float8 is added up in binary16, others in f32; the factor has that type too. */
  static Accumulator average(DataType type, int worldSize) {
    float factor = (float) (1.0 / worldSize);
    return type.isFloat8()
        ? new Accumulator(true, rounded(factor))
        : new Accumulator(false, factor);
  }

  private static float rounded(float value) {
    return Float.float16ToFloat(Float.floatToFloat16(value));
  }

  /** {@code sums[i] += addends[i]}. */
  void add(float[] sums, float[] addends, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += addends[i];
    }
    round(sums, count);
  }

  /** All ranks are in. */
  void finish(float[] sums, int count) {
    if (factor != 1) {
      for (int i = 0; i < count; i++) {
        sums[i] *= factor;
      }
      round(sums, count);
    }
  }

  private void round(float[] sums, int count) {
    if (isHalf) {
      for (int i = 0; i < count; i++) {
        sums[i] = rounded(sums[i]);
      }
    }
  }
}
