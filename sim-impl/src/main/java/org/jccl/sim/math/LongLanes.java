package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over longs in vectors, on raw addresses; everything wraps around (EL-04, EL-05).
 *
 * <p>Each loop handles the whole vectors of {@code bytes} bytes and returns how many bytes that
 * was.
 */
final class LongLanes {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();

  private LongLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      LongVector y = load(b + i);
      x.add(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      LongVector y = load(b + i);
      x.mul(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int signedMax(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      LongVector y = load(b + i);
      x.max(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int signedMin(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      LongVector y = load(b + i);
      x.min(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int unsignedMax(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      LongVector y = load(b + i);
      x.lanewise(VectorOperators.UMAX, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int unsignedMin(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      LongVector y = load(b + i);
      x.lanewise(VectorOperators.UMIN, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int scale(long scalar, long a, long out, int bytes) {
    LongVector s = LongVector.broadcast(SPECIES, scalar);
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      LongVector x = load(a + i);
      x.mul(s).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  private static LongVector load(long address) {
    return LongVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
