package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over bytes in vectors, on raw addresses; everything wraps around (EL-04, EL-05).
 *
 * <p>Each loop handles the whole vectors of {@code bytes} bytes and returns how many bytes that
 * was.
 */
final class ByteLanes {
  private static final VectorSpecies<Byte> SPECIES = ByteVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();

  private ByteLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.add(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.mul(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int signedMax(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.max(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int signedMin(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.min(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int unsignedMax(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.lanewise(VectorOperators.UMAX, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int unsignedMin(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.lanewise(VectorOperators.UMIN, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int scale(byte scalar, long a, long out, int bytes) {
    ByteVector s = ByteVector.broadcast(SPECIES, scalar);
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      x.mul(s).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  private static ByteVector load(long address) {
    return ByteVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
