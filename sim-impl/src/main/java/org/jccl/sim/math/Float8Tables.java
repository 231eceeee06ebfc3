package org.jccl.sim.math;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jccl.DataType;

/** Every answer of float8 arithmetic (EL-06), made when first asked for: 64 KiB each. */
final class Float8Tables {
  private static final AtomicReferenceArray<byte[]> TABLES =
      new AtomicReferenceArray<>(2 * Arithmetic.values().length);

  private Float8Tables() {}

  /** The results of {@code a ∘ b}, at index {@code a << 8 | b}. Not to be written to. */
  static byte[] combine(Arithmetic op, DataType type) {
    int slot = 2 * op.ordinal() + (type == DataType.FLOAT8_E5M2 ? 1 : 0);
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
}
