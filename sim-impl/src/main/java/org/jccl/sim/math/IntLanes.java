package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over ints in vectors, on raw addresses; everything wraps around (EL-04, EL-05).
 *
 * <p>Each loop handles the whole vectors of {@code bytes} bytes and returns how many bytes that
 * was.
 */
final class IntLanes {
  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();

  private IntLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.add(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.mul(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int signedMax(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.max(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int signedMin(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.min(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int unsignedMax(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.lanewise(VectorOperators.UMAX, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int unsignedMin(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.lanewise(VectorOperators.UMIN, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int scale(int scalar, long a, long out, int bytes) {
    IntVector s = IntVector.broadcast(SPECIES, scalar);
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      x.mul(s).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  private static IntVector load(long address) {
    return IntVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
