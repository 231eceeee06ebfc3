package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/** Float8 by looking up every result: two bytes have only 65,536 answers. */
final class Float8Block extends HeapBlock {
  private final DataType type;
  private final byte[] a;
  private final byte[] b;
  private final byte[] c;

  Float8Block(DataType type) {
    this(type, new byte[BYTES], new byte[BYTES], new byte[BYTES]);
  }

  private Float8Block(DataType type, byte[] a, byte[] b, byte[] c) {
    super(MemorySegment.ofArray(a), MemorySegment.ofArray(b), MemorySegment.ofArray(c));
    this.type = type;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  boolean combine(Arithmetic op, int count) {
    byte[] table = Float8Tables.combine(op, type);
    for (int i = 0; i < count; i++) {
      c[i] = table[(a[i] & 0xFF) << 8 | (b[i] & 0xFF)];
    }
    return false;
  }

  @Override
  boolean scale(long scalar, int count) {
    byte[] table = Float8Tables.combine(Arithmetic.PROD, type);
    int row = (int) (scalar & 0xFF) << 8;
    for (int i = 0; i < count; i++) {
      c[i] = table[row | (a[i] & 0xFF)];
    }
    return false;
  }
}
