package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/** Signed and unsigned bytes; the sum and the product are the same for both (EL-04). */
final class ByteBlock extends HeapBlock {
  private final boolean signed;
  private final byte[] a;
  private final byte[] b;
  private final byte[] c;

  ByteBlock(boolean signed) {
    this(signed, new byte[BYTES / 1], new byte[BYTES / 1], new byte[BYTES / 1]);
  }

  private ByteBlock(boolean signed, byte[] a, byte[] b, byte[] c) {
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
      c[i] = (byte) (a[i] + b[i]);
    }
  }

  private void product(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = (byte) (a[i] * b[i]);
    }
  }

  private void signedMax(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = (byte) Math.max(a[i], b[i]);
    }
  }

  private void signedMin(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = (byte) Math.min(a[i], b[i]);
    }
  }

  private void unsignedMax(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = (byte) (Math.max(a[i] & 0xFF, b[i] & 0xFF));
    }
  }

  private void unsignedMin(int count) {
    for (int i = 0; i < count; i++) {
      c[i] = (byte) (Math.min(a[i] & 0xFF, b[i] & 0xFF));
    }
  }

  @Override
  boolean scale(long scalar, int count) {
    byte s = (byte) scalar;
    for (int i = 0; i < count; i++) {
      c[i] = (byte) (s * a[i]);
    }
    return false;
  }

  @Override
  void divide(int divisor, int count) {
    for (int i = 0; i < count; i++) {
      c[i] = (byte) (signed ? a[i] / divisor : (a[i] & 0xFF) / divisor);
    }
  }
}
