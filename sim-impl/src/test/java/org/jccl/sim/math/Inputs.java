package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.jccl.DataType;

/** Elements worth testing, from a seed. */
final class Inputs {
  /** What the elements are like; integers are always random bits and extremes. */
  enum Kind {
    /** Any bits at all. */
    RAW,
    /** Finite numbers of similar size: no NaN ever, many inexact sums. */
    SIMILAR,
    /** Subnormals and their neighbours. */
    TINY,
    /** The largest finite numbers. */
    HUGE,
    /** Zeros, infinities, NaNs of all sorts, extremes. */
    SPECIAL,
    /** A little of everything. */
    MIXED
  }

  private Inputs() {}

  static void fill(MemorySegment to, long offset, DataType type, long count, Kind kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < count; i++) {
      Bits.put(to, offset + i * type.bytes(), type.bytes(), element(type, kind, random));
    }
  }

  static long element(DataType type, Kind kind, SplittableRandom random) {
    if (!type.isFloating()) {
      return random.nextInt(4) == 0 ? extreme(type, random) : random.nextLong();
    }
    ElementOracle.Format format = ElementOracle.Format.of(type);
    int bias = (1 << (format.exponentBits - 1)) - 1;
    return switch (kind) {
      case RAW -> random.nextLong();
      case SIMILAR -> withExponent(format, bias - 2 + random.nextInt(4), random);
      case TINY -> withExponent(format, random.nextInt(3), random);
      case HUGE -> withExponent(format, (1 << format.exponentBits) - 2 - random.nextInt(2), random);
      case SPECIAL -> special(format, random);
      case MIXED -> element(type, Kind.values()[random.nextInt(5)], random);
    };
  }

  private static long withExponent(
      ElementOracle.Format format, long exponent, SplittableRandom random) {
    long mantissa = random.nextLong() & ((1L << format.mantissaBits) - 1);
    return (random.nextBoolean() ? format.signBit() : 0)
        | exponent << format.mantissaBits
        | mantissa;
  }

  private static long special(ElementOracle.Format format, SplittableRandom random) {
    long infinity = format.infinity();
    long magnitude =
        switch (random.nextInt(9)) {
          case 0 -> 0;
          case 1 -> 1;
          case 2 -> (1L << format.mantissaBits) - 1;
          case 3 -> 1L << format.mantissaBits;
          case 4 -> infinity - 1;
          case 5, 6 -> infinity;
          case 7 -> infinity | 1;
          default -> infinity | 1L << (format.mantissaBits - 1) | 1;
        };
    return magnitude | (random.nextBoolean() ? format.signBit() : 0);
  }

  private static long extreme(DataType type, SplittableRandom random) {
    long top = 1L << (8 * type.bytes() - 1);
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> top;
      case 3 -> top - 1;
      default -> 1;
    };
  }
}
