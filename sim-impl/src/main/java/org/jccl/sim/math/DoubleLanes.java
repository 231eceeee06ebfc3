package org.jccl.sim.math;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.DataType.FLOAT64;
import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over f64 in vectors, on raw addresses; operands' NaNs survive (NAN-02, NAN-04).
 *
 * <p>Each loop returns how many bytes it has done: all of them, or whole vectors only; the caller
 * goes on from there element by element.
 */
final class DoubleLanes {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final LongVector INVALID =
      LongVector.broadcast(LONGS, FloatBits.DOUBLE.canonicalNan());

  private DoubleLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      withNans(x.add(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, ElementMath.add(FLOAT64, get(a + i), get(b + i)));
    }
    return bytes;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      withNans(x.mul(y), x, y).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, ElementMath.multiply(FLOAT64, get(a + i), get(b + i)));
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

  static int scale(long scalar, long a, long out, int bytes) {
    DoubleVector s = broadcast(scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      withNans(x.mul(s), s, x).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, ElementMath.multiply(FLOAT64, scalar, get(a + i)));
    }
    return bytes;
  }

  static int multiplyAdd(long scalar, long a, long b, long out, int bytes) {
    DoubleVector s = broadcast(scalar);
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      DoubleVector x = load(a + i);
      DoubleVector y = load(b + i);
      DoubleVector value = x.fma(s, y);
      withNans(value, withNans(value, s, y), x).intoMemorySegment(ALL, out + i, ORDER);
    }
    for (int i = whole; i < bytes; i += Double.BYTES) {
      put(out + i, ElementMath.multiplyAdd(FLOAT64, scalar, get(a + i), get(b + i)));
    }
    return bytes;
  }

  private static DoubleVector broadcast(long bits) {
    return LongVector.broadcast(LONGS, bits).reinterpretAsDoubles();
  }

  /**
   * Where {@code value} is NaN: y's NaN, made quiet, or else x's, or else the invalid one. Without
   * a branch: two ways for a vector to be made would put it on the heap.
   */
  private static DoubleVector withNans(DoubleVector value, DoubleVector x, DoubleVector y) {
    DoubleVector kept = INVALID.reinterpretAsDoubles();
    kept = kept.blend(quiet(x), x.test(VectorOperators.IS_NAN));
    kept = kept.blend(quiet(y), y.test(VectorOperators.IS_NAN));
    return value.blend(kept, value.test(VectorOperators.IS_NAN));
  }

  /** Java's minimum and maximum give NaN if either is; NCCL's then give the other (NAN-03). */
  private static DoubleVector numbers(DoubleVector picked, DoubleVector x, DoubleVector y) {
    VectorMask<Double> noX = x.test(VectorOperators.IS_NAN);
    VectorMask<Double> noY = y.test(VectorOperators.IS_NAN);
    DoubleVector other = x.blend(y, noX).blend(quiet(y), noX.and(noY));
    return picked.blend(other, noX.or(noY));
  }

  private static DoubleVector quiet(DoubleVector nan) {
    return nan.reinterpretAsLongs()
        .lanewise(VectorOperators.OR, ElementMath.QUIET)
        .reinterpretAsDoubles();
  }

  private static long get(long address) {
    return ALL.get(JAVA_LONG_UNALIGNED, address);
  }

  private static void put(long address, long bits) {
    ALL.set(JAVA_LONG_UNALIGNED, address, bits);
  }

  private static DoubleVector load(long address) {
    return DoubleVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
