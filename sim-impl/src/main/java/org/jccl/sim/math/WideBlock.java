package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/**
 * Folds narrow floats in a wider type, with one rounding at the end, as NCCL's symmetric kernels do
 * (SYM-04). Used by one thread.
 */
final class WideBlock {
  /** Elements at a time: all arrays together stay in the first-level cache. */
  private static final int ELEMENTS = 2048;

  private final float[] sums = new float[ELEMENTS];
  private final float[] addends = new float[ELEMENTS];
  private final byte[] bytes = new byte[ELEMENTS];
  private final short[] shorts = new short[ELEMENTS];
  private final MemorySegment asBytes = MemorySegment.ofArray(bytes);
  private final MemorySegment asShorts = MemorySegment.ofArray(shorts);
  private final MemorySegment asAddends = MemorySegment.ofArray(addends);

  /** Folds elements {@code element} and following, as many and in the order of the piece. */
  void fold(
      Places sources,
      DataType type,
      Accumulator accumulator,
      FoldOrder.Piece piece,
      long element,
      MemorySegment out,
      long offset) {
    int size = type.bytes();
    for (long done = 0; done < piece.count(); done += ELEMENTS) {
      int count = (int) Math.min(ELEMENTS, piece.count() - done);
      long skip = (element + done) * size;
      for (int step = 0; step < sources.size(); step++) {
        int rank = piece.rank(step);
        load(type, sources.segment(rank), sources.offset(rank) + skip, count);
        if (step == 0) {
          System.arraycopy(addends, 0, sums, 0, count);
        } else {
          accumulator.add(sums, addends, count);
        }
      }
      accumulator.finish(sums, count);
      store(type, out, offset + done * size, count);
    }
  }

  private void load(DataType type, MemorySegment from, long offset, int count) {
    switch (type) {
      case FLOAT16 -> {
        MemorySegment.copy(from, offset, asShorts, 0, (long) count * Short.BYTES);
        for (int i = 0; i < count; i++) {
          addends[i] = Float.float16ToFloat(shorts[i]);
        }
      }
      case BFLOAT16 -> {
        MemorySegment.copy(from, offset, asShorts, 0, (long) count * Short.BYTES);
        for (int i = 0; i < count; i++) {
          addends[i] = Float.intBitsToFloat(shorts[i] << 16);
        }
      }
      case FLOAT8_E4M3, FLOAT8_E5M2 -> {
        MemorySegment.copy(from, offset, asBytes, 0, count);
        float[] values = Float8Tables.values(type);
        for (int i = 0; i < count; i++) {
          addends[i] = values[bytes[i] & 0xFF];
        }
      }
      case FLOAT32 -> MemorySegment.copy(from, offset, asAddends, 0, (long) count * Float.BYTES);
      default -> throw new IllegalArgumentException(type + " has no wider accumulator");
    }
  }

  private void store(DataType type, MemorySegment out, long offset, int count) {
    switch (type) {
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          shorts[i] = Float.floatToFloat16(sums[i]);
        }
        makeNansCanonical(FloatBits.HALF, count);
        MemorySegment.copy(asShorts, 0, out, offset, (long) count * Short.BYTES);
      }
      case BFLOAT16 -> {
        for (int i = 0; i < count; i++) {
          int bits = Float.floatToRawIntBits(sums[i]);
          shorts[i] = (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
        }
        makeNansCanonical(FloatBits.BFLOAT16, count);
        MemorySegment.copy(asShorts, 0, out, offset, (long) count * Short.BYTES);
      }
      case FLOAT8_E4M3, FLOAT8_E5M2 -> {
        byte[] rounded = Float8Tables.rounded(type);
        for (int i = 0; i < count; i++) {
          bytes[i] = rounded[Float8Tables.place(Float.floatToRawIntBits(sums[i]))];
        }
        MemorySegment.copy(asBytes, 0, out, offset, count);
      }
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          addends[i] =
              Float.isNaN(sums[i])
                  ? Float.intBitsToFloat((int) FloatBits.SINGLE.canonicalNan())
                  : sums[i];
        }
        MemorySegment.copy(asAddends, 0, out, offset, (long) count * Float.BYTES);
      }
      default -> throw new IllegalArgumentException(type + " has no wider accumulator");
    }
  }

  private void makeNansCanonical(FloatBits format, int count) {
    boolean any = false;
    for (int i = 0; i < count; i++) {
      any |= Float.isNaN(sums[i]);
    }
    for (int i = 0; any && i < count; i++) {
      if (Float.isNaN(sums[i])) {
        shorts[i] = (short) format.canonicalNan();
      }
    }
  }
}
