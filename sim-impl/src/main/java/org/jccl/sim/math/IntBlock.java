package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/** Signed and unsigned ints; the sum and the product are the same for both (EL-04). */
final class IntBlock extends HeapBlock {
  /** Turns unsigned order into signed order. */
  private static final int FLIP = Integer.MIN_VALUE;

  private final boolean signed;
  private final int[] a;
  private final int[] b;
  private final int[] c;

  IntBlock(boolean signed) {
    this(signed, new int[BYTES / 4], new int[BYTES / 4], new int[BYTES / 4]);
  }

  private IntBlock(boolean signed, int[] a, int[] b, int[] c) {
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
    int s = (int) scalar;
    for (int i = 0; i < count; i++) {
      c[i] = s * a[i];
    }
    return false;
  }

  @Override
  void divide(int divisor, int count) {
    for (int i = 0; i < count; i++) {
      c[i] = signed ? a[i] / divisor : Integer.divideUnsigned(a[i], divisor);
    }
  }
}
