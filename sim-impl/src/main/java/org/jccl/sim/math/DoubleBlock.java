package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/** binary64: Java's own arithmetic rounds as the GPU does, subnormals kept (EL-03). */
final class DoubleBlock extends HeapBlock {
  private final double[] a;
  private final double[] b;
  private final double[] c;

  DoubleBlock() {
    this(new double[BYTES / 8], new double[BYTES / 8], new double[BYTES / 8]);
  }

  private DoubleBlock(double[] a, double[] b, double[] c) {
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
      c[i] = a[i] + b[i];
    }
  }

  private void product(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = a[i] * b[i];
    }
  }

  /** Java's maximum gives NaN where NCCL ignores it (NAN-03): such blocks are computed again. */
  private void max(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Math.max(a[i], b[i]);
    }
  }

  private void min(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Math.min(a[i], b[i]);
    }
  }

  @Override
  boolean scale(long scalar, int count) {
    double s = Double.longBitsToDouble(scalar);
    for (int i = 0; i < count; i++) {
      c[i] = s * a[i];
    }
    return false;
  }

  @Override
  boolean multiplyAdd(long scalar, int count) {
    double s = Double.longBitsToDouble(scalar);
    for (int i = 0; i < count; i++) {
      c[i] = Math.fma(s, a[i], b[i]);
    }
    return false;
  }
}
