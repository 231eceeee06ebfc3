package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over f64 in vectors, on raw addresses; NaNs become canonical (NAN-01, NAN-03).
 *
 * <p>Each loop handles the whole vectors of {@code bytes} bytes and returns how many bytes that
 * was.
 */
final class DoubleLanes {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();
  private static final double NAN = Double.NaN;

  private DoubleLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      canonical(x.add(y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      canonical(x.mul(y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int max(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      numbers(x.max(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int min(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      numbers(x.min(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int scale(double scalar, long a, long out, int bytes) {
    DoubleVector s = DoubleVector.broadcast(SPECIES, scalar);
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      canonical(x.mul(s)).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int multiplyAdd(double scalar, long a, long b, long out, int bytes) {
    DoubleVector s = DoubleVector.broadcast(SPECIES, scalar);
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      canonical(x.fma(s, y)).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
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

  private static DoubleVector load(long address) {
    return DoubleVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
