package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over bfloat16 in vectors, on raw addresses: two elements in each int lane, computed in f32.
 *
 * <p>Each loop handles whole vectors and returns how many bytes it has done. Loops that multiply
 * stop early at a vector in which f32 cannot hold a product exactly: the caller goes on from there
 * element by element.
 */
final class BrainLanes {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Bytes of one vector. */
  static final int WIDTH = INTS.vectorByteSize();

  private static final int UPPER = 0xFFFF_0000;

  private BrainLanes() {}

  static int sum(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      store(round(upper(x).add(upper(y))), round(lower(x).add(lower(y))), out + i);
    }
    return whole;
  }

  static int product(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      FloatVector high = upper(x).mul(upper(y));
      FloatVector low = lower(x).mul(lower(y));
      if (subnormal(high).or(subnormal(low)).anyTrue()) {
        return i;
      }
      store(round(high), round(low), out + i);
    }
    return whole;
  }

  static int max(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      FloatVector high = numbers(upper(x).max(upper(y)), upper(x), upper(y));
      FloatVector low = numbers(lower(x).max(lower(y)), lower(x), lower(y));
      store(round(high), round(low), out + i);
    }
    return whole;
  }

  static int min(long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      FloatVector high = numbers(upper(x).min(upper(y)), upper(x), upper(y));
      FloatVector low = numbers(lower(x).min(lower(y)), lower(x), lower(y));
      store(round(high), round(low), out + i);
    }
    return whole;
  }

  static int scale(float scalar, long a, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      FloatVector high = upper(x).mul(scalar);
      FloatVector low = lower(x).mul(scalar);
      if (subnormal(high).or(subnormal(low)).anyTrue()) {
        return i;
      }
      store(round(high), round(low), out + i);
    }
    return whole;
  }

  static int multiplyAdd(float scalar, long a, long b, long out, int bytes) {
    int whole = bytes & -WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      FloatVector high = upper(x).mul(scalar);
      FloatVector low = lower(x).mul(scalar);
      if (inexact(high, upper(x)).or(inexact(low, lower(x))).anyTrue()) {
        return i;
      }
      store(round(sumToOdd(high, upper(y))), round(sumToOdd(low, lower(y))), out + i);
    }
    return whole;
  }

  private static IntVector load(long address) {
    return IntVector.fromMemorySegment(INTS, ALL, address, ORDER);
  }

  private static void store(IntVector upper, IntVector lower, long address) {
    upper
        .and(UPPER)
        .or(lower.lanewise(VectorOperators.LSHR, 16))
        .intoMemorySegment(ALL, address, ORDER);
  }

  private static FloatVector upper(IntVector pairs) {
    return pairs.and(UPPER).reinterpretAsFloats();
  }

  private static FloatVector lower(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /** To nearest, ties to even, in the upper half of each lane; NaNs become canonical (NAN-01). */
  private static IntVector round(FloatVector value) {
    IntVector bits = value.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector rounded = bits.add(0x7FFF).add(odd);
    return rounded.blend(0x7FFF_0000, value.test(VectorOperators.IS_NAN).cast(INTS));
  }

  /** A NaN gives way to a number (NAN-03). */
  private static FloatVector numbers(FloatVector picked, FloatVector x, FloatVector y) {
    VectorMask<Float> nan = picked.test(VectorOperators.IS_NAN);
    return picked.blend(x.blend(y, x.test(VectorOperators.IS_NAN)), nan);
  }

  /** Where a product is below f32's normal range but not zero: it was rounded there already. */
  private static VectorMask<Float> subnormal(FloatVector product) {
    FloatVector magnitude = product.abs();
    return magnitude.lt(Float.MIN_NORMAL).and(magnitude.compare(VectorOperators.NE, 0f));
  }

  /** As {@link #subnormal}, or overflowed, or vanished though the factor did not. */
  private static VectorMask<Float> inexact(FloatVector product, FloatVector own) {
    FloatVector magnitude = product.abs();
    VectorMask<Float> small =
        magnitude.lt(Float.MIN_NORMAL).and(own.compare(VectorOperators.NE, 0f));
    return small.or(magnitude.test(VectorOperators.IS_INFINITE));
  }

  /** A sum in f32 with a sticky last bit (FMA-06); {@link RoundToOdd} has the reasons. */
  private static FloatVector sumToOdd(FloatVector product, FloatVector addend) {
    FloatVector sum = product.add(addend);
    FloatVector rest = sum.sub(product);
    FloatVector error = product.sub(sum.sub(rest)).add(addend.sub(rest));
    IntVector s = sum.reinterpretAsInts();
    IntVector e = error.reinterpretAsInts();
    IntVector outward = s.lanewise(VectorOperators.XOR, e).lanewise(VectorOperators.ASHR, 31).or(1);
    IntVector even = s.and(1).sub(1);
    VectorMask<Float> apply =
        error.compare(VectorOperators.NE, 0f).and(sum.test(VectorOperators.IS_FINITE));
    return s.add(outward.and(even), apply.cast(INTS)).reinterpretAsFloats();
  }
}
