package org.jccl.conformance.data;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/**
 * Elements whose sums depend on the order, those of recordings among them: element i of a rank
 * follows from a seed, the rank and i alone, so that a shorter input is the beginning of a longer
 * one.
 */
public final class ArbitraryData {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final long PER_SEED = 0xA0761D6478BD642FL;
  private static final long PER_RANK = 0xE7037ED1A0B428DBL;

  /** So that scalars are other numbers than elements. */
  private static final long OF_SCALARS = 7_000_003;

  private ArbitraryData() {}

  /**
   * Fills {@code to} with elements.
   *
   * @param worldSize how many ranks: with three or more the table of special values is shorter
   */
  public static void fill(
      MemorySegment to, DataType type, InputKind kind, long seed, int rank, int worldSize) {
    long count = to.byteSize() / type.bytes();
    if (kind == InputKind.SPECIAL) {
      long[] table = SpecialValues.of(type, worldSize > 2);
      long stride = power(table.length, rank);
      for (long i = 0; i < count; i++) {
        Elements.set(to, type, i, table[(int) (i / stride % table.length)]);
      }
      return;
    }
    Shape shape = Shape.of(type, kind);
    long base = seed * PER_SEED + rank * PER_RANK;
    for (long i = 0; i < count; i++) {
      Elements.set(to, type, i, shape.element(mix(base + (i + 1) * GOLDEN)));
    }
  }

  /** How many elements every combination of special values takes; at most four ranks vary. */
  public static long specialCount(DataType type, int worldSize) {
    return power(SpecialValues.of(type, worldSize > 2).length, Math.min(worldSize, 4));
  }

  /**
   * The bits of a rank's scalar of a scaled sum. Scalars of the inputs' own kind would make most
   * sums infinite or zero, so that only some are.
   */
  public static long scalar(DataType type, InputKind kind, long seed, int rank, int worldSize) {
    boolean own = seed % 4 == 0 && kind != InputKind.SPECIAL;
    MemorySegment one = MemorySegment.ofArray(new byte[Long.BYTES]).asSlice(0, type.bytes());
    fill(one, type, own ? kind : InputKind.UNIT, seed + OF_SCALARS, rank, worldSize);
    long bits = Elements.get(one, type, 0);
    // Small numbers are exact as doubles, which scalars are to the host.
    return type.isFloating() ? bits : 1 + (bits & 7);
  }

  private static long power(long base, int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power = Math.min(power * base, Long.MAX_VALUE / base);
    }
    return power;
  }

  /** The finaliser of splitmix64. */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * How an element is made of a hash.
   *
   * @param signShift where the top bit goes
   * @param mantissa which bits of the hash are taken as they are
   * @param choices which of the top byte's bits choose the exponent
   * @param least exponent field of choice 0
   * @param exponentShift where the exponent goes; all bits are taken as they are if it is negative
   */
  private record Shape(int signShift, long mantissa, int choices, long least, int exponentShift) {
    static Shape of(DataType type, InputKind kind) {
      ElementFormat format = ElementFormat.of(type);
      if (!type.isFloating() || kind == InputKind.RAW) {
        return new Shape(0, -1, 0, 0, -1);
      }
      int bias = format.bias();
      int top = (1 << format.exponentBits()) - 2;
      return switch (kind) {
        case WIDE -> type.isFloat8() ? of(format, 7, bias - 4) : of(format, 15, bias - 8);
        case UNIT -> of(format, 1, bias - 1);
        case TINY -> of(format, 3, 0);
        case HUGE -> of(format, 1, top - 1);
        case RAW, SPECIAL, EXACT -> throw new IllegalArgumentException(kind.label());
      };
    }

    private static Shape of(ElementFormat format, int choices, int least) {
      return new Shape(
          format.bits() - 1, format.mantissaMask(), choices, least, format.mantissaBits());
    }

    long element(long hash) {
      if (exponentShift < 0) {
        return hash;
      }
      long exponent = least + ((hash >>> 56) & choices);
      return (hash >>> 63) << signShift | exponent << exponentShift | (hash & mantissa);
    }
  }
}
