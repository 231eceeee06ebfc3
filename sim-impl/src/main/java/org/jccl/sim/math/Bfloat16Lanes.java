package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of bfloat16 in vectors, on raw addresses: two elements in each int lane, computed in f32.
 *
 * <p>Products and scaled sums need more steps than the JIT compiler of JDK 25 puts into one loop
 * (NodeCountInliningCutoff), and would fall to a hundredth: they stay with {@link Bfloat16Block}.
 */
final class Bfloat16Lanes {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  private static final int WIDTH = INTS.vectorByteSize();

  private static final int UPPER = 0xFFFF_0000;

  private Bfloat16Lanes() {}

  /** Does the whole vectors and returns how many bytes that was. */
  static int sum(long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector x = load(a + i);
      IntVector y = load(b + i);
      store(round(upper(x).add(upper(y))), round(lower(x).add(lower(y))), out + i);
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
}
