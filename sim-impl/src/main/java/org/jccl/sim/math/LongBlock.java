package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/** Signed and unsigned longs; the sum and the product are the same for both (EL-04). */
final class LongBlock extends HeapBlock {
  /** Turns unsigned order into signed order. */
  private static final long FLIP = Long.MIN_VALUE;

  private final boolean signed;
  private final long[] a;
  private final long[] b;
  private final long[] c;

  LongBlock(boolean signed) {
    this(signed, new long[BYTES / 8], new long[BYTES / 8], new long[BYTES / 8]);
  }

  private LongBlock(boolean signed, long[] a, long[] b, long[] c) {
    super(MemorySegment.ofArray(a), MemorySegment.ofArray(b), MemorySegment.ofArray(c));
    this.signed = signed;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  boolean combine(Arithmetic op, int count) {
    switch (op) {
      case SUM -> sum(count);
      case PROD -> product(count);
      case MAX -> {
        if (signed) {
          signedMax(count);
        } else {
          unsignedMax(count);
        }
      }
      case MIN -> {
        if (signed) {
          signedMin(count);
        } else {
          unsignedMin(count);
        }
      }
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

  private void signedMax(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Math.max(a[i], b[i]);
    }
  }

  private void signedMin(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Math.min(a[i], b[i]);
    }
  }

  private void unsignedMax(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Math.max(a[i] ^ FLIP, b[i] ^ FLIP) ^ FLIP;
    }
  }

  private void unsignedMin(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = Math.min(a[i] ^ FLIP, b[i] ^ FLIP) ^ FLIP;
    }
  }

  @Override
  boolean scale(long scalar, int count) {
    for (int i = 0; i < count; i++) {
      c[i] = scalar * a[i];
    }
    return false;
  }

  @Override
  void divide(int divisor, int count) {
    for (int i = 0; i < count; i++) {
      c[i] = signed ? a[i] / divisor : Long.divideUnsigned(a[i], divisor);
    }
  }
}
