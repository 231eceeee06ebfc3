package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;

/**
 * The same bits as floats and as ints.
 *
 * <p>Copying between two arrays is cheap; {@code Float.floatToRawIntBits} in a loop is not: it
 * keeps JDK 25 from vectorising it.
 */
final class Reinterpreted {
  private final float[] floats;
  private final int[] ints;
  private final MemorySegment asFloats;
  private final MemorySegment asInts;

  Reinterpreted(int length) {
    this.floats = new float[length];
    this.ints = new int[length];
    this.asFloats = MemorySegment.ofArray(floats);
    this.asInts = MemorySegment.ofArray(ints);
  }

  float[] floats() {
    return floats;
  }

  int[] ints() {
    return ints;
  }

  /** The ints, after the first {@code count} floats have been copied there. */
  int[] toInts(int count) {
    MemorySegment.copy(asFloats, 0, asInts, 0, (long) count * Integer.BYTES);
    return ints;
  }

  /** The floats, after the first {@code count} ints have been copied there. */
  float[] toFloats(int count) {
    MemorySegment.copy(asInts, 0, asFloats, 0, (long) count * Integer.BYTES);
    return floats;
  }
}
