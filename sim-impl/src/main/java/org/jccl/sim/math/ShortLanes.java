package org.jccl.sim.math;

import static org.jccl.sim.math.AllMemory.ALL;
import static org.jccl.sim.math.AllMemory.ORDER;
import static org.jccl.sim.math.AllMemory.whole;

import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Minimum and maximum of half and bfloat16 in vectors, on raw addresses, by their bits alone.
 *
 * <p>Each loop does the whole vectors of {@code bytes} bytes and returns how many bytes that was.
 */
final class ShortLanes {
  private static final VectorSpecies<Short> SPECIES = ShortVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.vectorByteSize();
  private static final short MAGNITUDE = 0x7FFF;

  private ShortLanes() {}

  static int max(short infinity, long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ShortVector x = load(a + i);
      ShortVector y = load(b + i);
      ShortVector picked = y.blend(x, key(x).compare(VectorOperators.GT, key(y)));
      numbers(picked, x, y, infinity).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  static int min(short infinity, long a, long b, long out, int bytes) {
    int whole = whole(bytes, WIDTH);
    for (int i = 0; i < whole; i += WIDTH) {
      ShortVector x = load(a + i);
      ShortVector y = load(b + i);
      ShortVector picked = y.blend(x, key(x).compare(VectorOperators.LT, key(y)));
      numbers(picked, x, y, infinity).intoMemorySegment(ALL, out + i, ORDER);
    }
    return whole;
  }

  /** Orders as the numbers do, −0 below +0. */
  private static ShortVector key(ShortVector bits) {
    return bits.lanewise(
        VectorOperators.XOR, bits.lanewise(VectorOperators.ASHR, 15).and(MAGNITUDE));
  }

  /** A NaN gives way to a number; two give the canonical one (NAN-03). */
  private static ShortVector numbers(
      ShortVector picked, ShortVector x, ShortVector y, short infinity) {
    VectorMask<Short> xNan = x.and(MAGNITUDE).compare(VectorOperators.GT, infinity);
    VectorMask<Short> yNan = y.and(MAGNITUDE).compare(VectorOperators.GT, infinity);
    return picked.blend(y, xNan).blend(x, yNan).blend(MAGNITUDE, xNan.and(yNan));
  }

  private static ShortVector load(long address) {
    return ShortVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }
}
