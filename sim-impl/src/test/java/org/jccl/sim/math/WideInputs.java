package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/**
 * The reference's inputs of kind "wide": splitmix64 over the element's index, with exponents around
 * zero (docs/golden.md, Inputs).
 */
public final class WideInputs {
  private WideInputs() {}

  /** Fills {@code count} elements of a rank's input. */
  public static void fill(MemorySegment to, DataType type, int rank, long count) {
    fill(to, type, 100 + type.code(), rank, count);
  }

  /** The same with another seed than that of the first recordings. */
  public static void fill(MemorySegment to, DataType type, long seed, int rank, long count) {
    long base = seed * 0xA0761D6478BD642FL + rank * 0xE7037ED1A0B428DBL;
    for (long i = 0; i < count; i++) {
      long hash = mix(base + (i + 1) * 0x9E3779B97F4A7C15L);
      Bits.put(to, i * type.bytes(), type.bytes(), element(type, hash));
    }
  }

  private static long element(DataType type, long hash) {
    if (!type.isFloating()) {
      return hash;
    }
    ElementOracle.Format format = ElementOracle.Format.of(type);
    int bias = (1 << (format.exponentBits - 1)) - 1;
    long select = hash >>> 56;
    long exponent = type.isFloat8() ? bias - 4 + (select & 7) : bias - 8 + (select & 15);
    long mantissa = hash & ((1L << format.mantissaBits) - 1);
    long sign = hash < 0 ? format.signBit() : 0;
    return sign | exponent << format.mantissaBits | mantissa;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
