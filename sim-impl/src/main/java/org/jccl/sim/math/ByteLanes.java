package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over bytes in vectors, on raw addresses; everything wraps around (EL-04, EL-05).
 *
 * <p>Each loop does {@code bytes} bytes and says so.
 */
final class ByteLanes {
  private static final VectorSpecies<Byte> SPECIES = ByteVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();

  private ByteLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.add(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, (byte) (get(a + i) + get(b + i)));
    }
    return bytes;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.mul(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, (byte) (get(a + i) * get(b + i)));
    }
    return bytes;
  }

  static int signedMax(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.max(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, (byte) Math.max(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int signedMin(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.min(y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, (byte) Math.min(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int unsignedMax(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.lanewise(VectorOperators.UMAX, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, larger(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int unsignedMin(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      ByteVector y = load(b + i);
      x.lanewise(VectorOperators.UMIN, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, smaller(get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int scale(byte scalar, long a, long out, int bytes) {
    ByteVector s = ByteVector.broadcast(SPECIES, scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ByteVector x = load(a + i);
      x.mul(s).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Byte.BYTES) {
      put(out + i, (byte) (get(a + i) * scalar));
    }
    return bytes;
  }

  private static byte larger(byte x, byte y) {
    return Byte.compareUnsigned(x, y) > 0 ? x : y;
  }

  private static byte smaller(byte x, byte y) {
    return Byte.compareUnsigned(x, y) < 0 ? x : y;
  }

  private static byte get(long address) {
    return ALL.get(JAVA_BYTE, address);
  }

  private static void put(long address, byte value) {
    ALL.set(JAVA_BYTE, address, value);
  }

  private static ByteVector load(long address) {
    return ByteVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
