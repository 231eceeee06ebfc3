package org.jccl.sim.math;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jccl.DataType;

/** Every answer of float8 arithmetic (EL-06), made when first asked for: 64 KiB each. */
final class Float8Tables {
  /** Bits of an f32 that tell two float8 numbers apart; of the others only whether any is set. */
  private static final int TELLING = 14;

  private static final int OTHERS = Float.SIZE - TELLING;

  private static final AtomicReferenceArray<byte[]> TABLES =
      new AtomicReferenceArray<>(2 * Arithmetic.values().length);
  private static final AtomicReferenceArray<float[]> VALUES = new AtomicReferenceArray<>(2);
  private static final AtomicReferenceArray<byte[]> ROUNDED = new AtomicReferenceArray<>(2);

  private Float8Tables() {}

  private static int slot(DataType type) {
    return type == DataType.FLOAT8_E5M2 ? 1 : 0;
  }

  /** The results of {@code a ∘ b}, at index {@code a << 8 | b}. Not to be written to. */
  static byte[] combine(Arithmetic op, DataType type) {
    int slot = 2 * op.ordinal() + slot(type);
    byte[] table = TABLES.get(slot);
    if (table == null) {
      table = build(op, type);
      TABLES.set(slot, table);
    }
    return table;
  }

  private static byte[] build(Arithmetic op, DataType type) {
    byte[] table = new byte[1 << 16];
    for (int index = 0; index < table.length; index++) {
      table[index] = (byte) ElementMath.combine(op, type, index >>> 8, index & 0xFF);
    }
    return table;
  }

  /** The number that each byte stands for. Not to be written to. */
  static float[] values(DataType type) {
    float[] table = VALUES.get(slot(type));
    if (table == null) {
      table = new float[1 << 8];
      for (int bits = 0; bits < table.length; bits++) {
        table[bits] = (float) type.decode(bits);
      }
      VALUES.set(slot(type), table);
    }
    return table;
  }

  /** The float8 nearest to an f32, at its {@link #place}; what is too large saturates. */
  static byte[] rounded(DataType type) {
    byte[] table = ROUNDED.get(slot(type));
    if (table == null) {
      table = new byte[2 << TELLING];
      for (int place = 0; place < table.length; place++) {
        float value = Float.intBitsToFloat(((place >>> 1) << OTHERS) | (place & 1));
        long nan = FloatBits.of(type).canonicalNan();
        table[place] = (byte) (Float.isNaN(value) ? nan : type.encode(value));
      }
      ROUNDED.set(slot(type), table);
    }
    return table;
  }

  /** Where {@link #rounded} has the answer for an f32 with these bits. */
  static int place(int bits) {
    int rest = bits & ((1 << OTHERS) - 1);
    return ((bits >>> OTHERS) << 1) | (-rest >>> (Float.SIZE - 1));
  }
}
