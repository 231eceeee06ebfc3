package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over ints in vectors, on raw addresses; everything wraps around (EL-04, EL-05).
 *
 * <p>Each loop does {@code bytes} bytes and says so.
 */
final class IntLanes {
  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();

  private IntLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.add(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, get(a + i) + get(b + i));
    }
    return bytes;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.mul(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, get(a + i) * get(b + i));
    }
    return bytes;
  }

  static int signedMax(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.max(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, Math.max(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int signedMin(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.min(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, Math.min(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int unsignedMax(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.lanewise(VectorOperators.UMAX, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, larger(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int unsignedMin(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      x.lanewise(VectorOperators.UMIN, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, smaller(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int scale(int scalar, long a, long out, int bytes) {
    IntVector s = IntVector.broadcast(SPECIES, scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      x.mul(s).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Integer.BYTES) {
      put(out + i, get(a + i) * scalar);
    }
    return bytes;
  }

  private static int larger(int x, int y) {
    return Integer.compareUnsigned(x, y) > 0 ? x : y;
  }

  private static int smaller(int x, int y) {
    return Integer.compareUnsigned(x, y) < 0 ? x : y;
  }

  private static int get(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  private static void put(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }

  private static IntVector load(long address) {
    return IntVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
