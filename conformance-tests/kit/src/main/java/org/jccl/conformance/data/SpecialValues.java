package org.jccl.conformance.data;

import java.util.Arrays;
import org.jccl.DataType;

/** The values that inputs of kind special run through. */
final class SpecialValues {
  private static final int FEW = 7;

  private SpecialValues() {}

  /**
   * The table of a type.
   *
   * @param few whether there are so many ranks that a short one must do
   */
  static long[] of(DataType type, boolean few) {
    ElementFormat format = ElementFormat.of(type);
    if (!type.isFloating()) {
      return integers(format);
    }
    long sign = format.sign();
    long one = (long) format.bias() << format.mantissaBits();
    if (type == DataType.FLOAT8_E4M3) {
      long least = 1L << format.mantissaBits();
      long[] all = {0, sign, 1, sign | 7, least, one, sign | one, 0x7E, 0xFE, 0x7F, 0xFF};
      return few ? Arrays.copyOf(all, FEW) : all;
    }
    return floats(format, sign, one, few);
  }

  private static long[] integers(ElementFormat format) {
    long mask = format.sign() | (format.sign() - 1);
    return new long[] {0, 1, mask, format.sign(), format.sign() - 1, 3, mask - 2};
  }

  private static long[] floats(ElementFormat format, long sign, long one, boolean few) {
    int mantissaBits = format.mantissaBits();
    long infinity = format.infinity();
    long quietBit = 1L << (mantissaBits - 1);
    long quiet = infinity | quietBit | 1;
    long negativeQuiet = sign | infinity | quietBit | (mantissaBits > 2 ? 2 : 0);
    if (few) {
      return new long[] {0, sign, infinity, sign | infinity, quiet, negativeQuiet, one};
    }
    return new long[] {
      0,
      sign,
      1,
      sign | format.mantissaMask(),
      1L << mantissaBits,
      one,
      sign | one,
      infinity - 1,
      sign | (infinity - 1),
      infinity,
      sign | infinity,
      canonicalNan(format),
      quiet,
      negativeQuiet,
      infinity | 1
    };
  }

  /** What arithmetic makes of NaNs (NAN-01). */
  private static long canonicalNan(ElementFormat format) {
    return format.type() == DataType.FLOAT64 ? 0x7FF8000000000000L : format.sign() - 1;
  }
}
