package org.jccl.conformance.data;

import java.util.Arrays;
import org.jccl.DataType;
import org.jspecify.annotations.Nullable;

/**
 * How the elements of a type are laid out, and what they are called in recordings.
 *
 * @param type the type
 * @param label its name in recordings
 * @param exponentBits 0 for integers
 * @param mantissaBits 0 for integers
 */
public record ElementFormat(DataType type, String label, int exponentBits, int mantissaBits) {
  private static final ElementFormat[] ALL = {
    new ElementFormat(DataType.INT8, "i8", 0, 0),
    new ElementFormat(DataType.UINT8, "u8", 0, 0),
    new ElementFormat(DataType.INT32, "i32", 0, 0),
    new ElementFormat(DataType.UINT32, "u32", 0, 0),
    new ElementFormat(DataType.INT64, "i64", 0, 0),
    new ElementFormat(DataType.UINT64, "u64", 0, 0),
    new ElementFormat(DataType.FLOAT16, "f16", 5, 10),
    new ElementFormat(DataType.FLOAT32, "f32", 8, 23),
    new ElementFormat(DataType.FLOAT64, "f64", 11, 52),
    new ElementFormat(DataType.BFLOAT16, "bf16", 8, 7),
    new ElementFormat(DataType.FLOAT8_E4M3, "e4m3", 4, 3),
    new ElementFormat(DataType.FLOAT8_E5M2, "e5m2", 5, 2),
  };

  /** The format of a type. */
  public static ElementFormat of(DataType type) {
    return ALL[type.code()];
  }

  /** The type with that name in recordings, or null. */
  public static @Nullable DataType type(String label) {
    return Arrays.stream(ALL)
        .filter(each -> each.label.equals(label))
        .map(ElementFormat::type)
        .findFirst()
        .orElse(null);
  }

  int bits() {
    return 8 * type.bytes();
  }

  long sign() {
    return 1L << (bits() - 1);
  }

  int bias() {
    return (1 << (exponentBits - 1)) - 1;
  }

  long mantissaMask() {
    return (1L << mantissaBits) - 1;
  }

  /** All exponent bits set, the mantissa clear: infinity, but for e4m3, which has none. */
  long infinity() {
    return ((1L << exponentBits) - 1) << mantissaBits;
  }

  /** Whether these bits are a NaN. */
  public boolean isNan(long bits) {
    if (!type.isFloating()) {
      return false;
    }
    long magnitude = bits & (sign() - 1);
    return type == DataType.FLOAT8_E4M3 ? magnitude == sign() - 1 : magnitude > infinity();
  }

  /** Bits of the significand, the hidden one included. */
  int precision() {
    return mantissaBits + 1;
  }

  /** Exponent of the smallest normal number. */
  int minExponent() {
    return 1 - bias();
  }

  /** Largest exponent at which every significand is a finite number. */
  int maxExponent() {
    return bias(); // At exponent 8 the largest significand of e4m3 stands for NaN.
  }

  /** The number of whole units up to which every integer is exact: 2 to the precision. */
  long units() {
    return 1L << precision();
  }

  /** A significand with its hidden bit set, as a number of units. */
  long significand(long bits) {
    return (units() >> 1) + Mix.below(bits, units() >> 1);
  }

  /** A number from {@code low} to {@code high}. */
  static int between(long bits, int low, int high) {
    return low + (int) Mix.below(bits, Math.max(1, high - low + 1));
  }
}
