package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over f32 in vectors, on raw addresses; NaNs become canonical (NAN-01, NAN-03).
 *
 * <p>Each loop returns how many bytes it has done: all of them, or whole vectors only; the caller
 * goes on from there element by element.
 */
final class FloatLanes {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();
  private static final float NAN = Float.intBitsToFloat(0x7FFF_FFFF);

  private FloatLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector x = load(a + i);
      FloatVector y = load(b + i);
      canonical(x.add(y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Float.BYTES) {
      put(out + i, canonical(get(a + i) + get(b + i)));
    }
    return bytes;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector x = load(a + i);
      FloatVector y = load(b + i);
      canonical(x.mul(y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Float.BYTES) {
      put(out + i, canonical(get(a + i) * get(b + i)));
    }
    return bytes;
  }

  static int max(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector x = load(a + i);
      FloatVector y = load(b + i);
      numbers(x.max(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int min(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector x = load(a + i);
      FloatVector y = load(b + i);
      numbers(x.min(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int scale(float scalar, long a, long out, int bytes) {
    FloatVector s = FloatVector.broadcast(SPECIES, scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector x = load(a + i);
      canonical(x.mul(s)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Float.BYTES) {
      put(out + i, canonical(get(a + i) * scalar));
    }
    return bytes;
  }

  static int multiplyAdd(float scalar, long a, long b, long out, int bytes) {
    FloatVector s = FloatVector.broadcast(SPECIES, scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector x = load(a + i);
      FloatVector y = load(b + i);
      canonical(x.fma(s, y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Float.BYTES) {
      put(out + i, canonical(Math.fma(scalar, get(a + i), get(b + i))));
    }
    return bytes;
  }

  private static FloatVector canonical(FloatVector value) {
    return value.blend(NAN, value.test(VectorOperators.IS_NAN));
  }

  /** Java's minimum and maximum give NaN if either is; NCCL's then give the other (NAN-03). */
  private static FloatVector numbers(FloatVector picked, FloatVector x, FloatVector y) {
    VectorMask<Float> nan = picked.test(VectorOperators.IS_NAN);
    if (!nan.anyTrue()) {
      return picked;
    }
    FloatVector other = x.blend(y, x.test(VectorOperators.IS_NAN));
    return canonical(picked.blend(other, nan));
  }

  private static float canonical(float value) {
    return Float.isNaN(value) ? NAN : value;
  }

  private static float get(long address) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, address);
  }

  private static void put(long address, float value) {
    ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
  }

  private static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
