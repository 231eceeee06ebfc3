package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/**
 * binary16 through f32: for one sum or product the second rounding changes nothing, 24 bits being
 * at least 2·11+2 (EL-01). Products neither underflow nor overflow f32.
 */
final class HalfBlock extends HeapBlock {
  private final short[] a;
  private final short[] b;
  private final short[] c;
  private final float[] products = new float[BYTES / Short.BYTES];
  private final Reinterpreted sum = new Reinterpreted(BYTES / Short.BYTES);
  private final float[] addends = new float[BYTES / Short.BYTES];
  private final Reinterpreted error = new Reinterpreted(BYTES / Short.BYTES);

  HalfBlock() {
    this(
        new short[BYTES / Short.BYTES],
        new short[BYTES / Short.BYTES],
        new short[BYTES / Short.BYTES]);
  }

  private HalfBlock(short[] a, short[] b, short[] c) {
    super(MemorySegment.ofArray(a), MemorySegment.ofArray(b), MemorySegment.ofArray(c));
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  boolean combine(Arithmetic op, int count) {
    switch (op) {
      case SUM -> sum(count);
      case PROD -> product(count);
      case MAX -> max(count);
      case MIN -> min(count);
    }
    return false;
  }

  private void sum(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Float.floatToFloat16(Float.float16ToFloat(a[i]) + Float.float16ToFloat(b[i]));
    }
  }

  private void product(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Float.floatToFloat16(Float.float16ToFloat(a[i]) * Float.float16ToFloat(b[i]));
    }
  }

  private void max(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Float.floatToFloat16(Math.max(Float.float16ToFloat(a[i]), Float.float16ToFloat(b[i])));
    }
  }

  private void min(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Float.floatToFloat16(Math.min(Float.float16ToFloat(a[i]), Float.float16ToFloat(b[i])));
    }
  }

  @Override
  boolean scale(long scalar, int count) {
    float s = Float.float16ToFloat((short) scalar);
    for (int i = 0; i < count; i++) {
      c[i] = Float.floatToFloat16(s * Float.float16ToFloat(a[i]));
    }
    return false;
  }

  @Override
  boolean multiplyAdd(long scalar, int count) {
    float s = Float.float16ToFloat((short) scalar);
    for (int i = 0; i < count; i++) {
      products[i] = s * Float.float16ToFloat(a[i]);
    }
    for (int i = 0; i < count; i++) {
      addends[i] = Float.float16ToFloat(b[i]);
    }
    RoundToOdd.twoSum(products, addends, sum.floats(), error.floats(), count);
    RoundToOdd.settle(sum.toInts(count), error.toInts(count), count);
    float[] sums = sum.toFloats(count);
    for (int i = 0; i < count; i++) {
      c[i] = Float.floatToFloat16(sums[i]);
    }
    return false;
  }
}
