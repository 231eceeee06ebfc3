package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over f64 in vectors, on raw addresses; NaNs become canonical (NAN-01, NAN-03).
 *
 * <p>Each loop returns how many bytes it has done: all of them, or whole vectors only; the caller
 * goes on from there element by element.
 */
final class DoubleLanes {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();
  private static final double NAN = Double.NaN;

  private DoubleLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      canonical(x.add(y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, canonical(get(a + i) + get(b + i)));
    }
    return bytes;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      canonical(x.mul(y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, canonical(get(a + i) * get(b + i)));
    }
    return bytes;
  }

  static int max(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      numbers(x.max(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int min(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      numbers(x.min(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int scale(double scalar, long a, long out, int bytes) {
    DoubleVector s = DoubleVector.broadcast(SPECIES, scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      canonical(x.mul(s)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, canonical(get(a + i) * scalar));
    }
    return bytes;
  }

  static int multiplyAdd(double scalar, long a, long b, long out, int bytes) {
    DoubleVector s = DoubleVector.broadcast(SPECIES, scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      canonical(x.fma(s, y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, canonical(Math.fma(scalar, get(a + i), get(b + i))));
    }
    return bytes;
  }

  private static DoubleVector canonical(DoubleVector value) {
    return value.blend(NAN, value.test(VectorOperators.IS_NAN));
  }

  /** Java's minimum and maximum give NaN if either is; NCCL's then give the other (NAN-03). */
  private static DoubleVector numbers(DoubleVector picked, DoubleVector x, DoubleVector y) {
    VectorMask<Double> nan = picked.test(VectorOperators.IS_NAN);
    if (!nan.anyTrue()) {
      return picked;
    }
    DoubleVector other = x.blend(y, x.test(VectorOperators.IS_NAN));
    return canonical(picked.blend(other, nan));
  }

  private static double canonical(double value) {
    return Double.isNaN(value) ? NAN : value;
  }

  private static double get(long address) {
    return ALL.get(JAVA_DOUBLE_UNALIGNED, address);
  }

  private static void put(long address, double value) {
    ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
  }

  private static DoubleVector load(long address) {
    return DoubleVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
