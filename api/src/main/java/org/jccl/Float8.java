package org.jccl;

/**
 * The two 8-bit floating-point formats, with NCCL's rounding: to nearest even, saturating to the
 * largest finite value (infinities too), NaN to 0x7F (rule EL-06).
 */
public enum Float8 {
  /** 4 exponent bits, 3 mantissa bits, bias 7, largest 448, no infinities. */
  E4M3(3, 7, 0x7E, 448f),
  /** 5 exponent bits, 2 mantissa bits, bias 15, largest 57344, with infinities. */
  E5M2(2, 15, 0x7B, 57344f);

  private final int mantissaBits;
  private final int bias;
  private final int largestBits;
  private final float largest;
  private final float[] toFloat = new float[256];

  Float8(int mantissaBits, int bias, int largestBits, float largest) {
    this.mantissaBits = mantissaBits;
    this.bias = bias;
    this.largestBits = largestBits;
    this.largest = largest;
    for (int bits = 0; bits < 256; bits++) {
      toFloat[bits] = decode(bits);
    }
  }

  /**
   * {@return the exact value of {@code bits}}
   *
   * @param bits the element's bits
   */
  public float toFloat(byte bits) {
    return toFloat[bits & 0xFF];
  }

  /**
   * {@return the nearest value to {@code value}, ties to even, saturating; NaN gives 0x7F}
   *
   * @param value the number
   */
  public byte ofFloat(float value) {
    if (Float.isNaN(value)) {
      return 0x7F;
    }
    int sign = (Float.floatToRawIntBits(value) >>> 24) & 0x80;
    float magnitude = Math.abs(value);
    if (magnitude >= largest) {
      return (byte) (sign | largestBits);
    }
    int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
    // Scaled so that one unit is one unit in the last place of the result: rint is ties-to-even.
    double units = Math.rint(Math.scalb((double) magnitude, mantissaBits - exponent));
    // A carry out of the mantissa moves into the exponent field by itself; so does 0 or subnormal.
    int field = (exponent + bias - 1) << mantissaBits;
    return (byte) (sign | Math.min(field + (int) units, largestBits));
  }

  private float decode(int bits) {
    int mantissa = bits & ((1 << mantissaBits) - 1);
    int exponent = (bits & 0x7F) >>> mantissaBits;
    boolean ieee = this.ordinal() == 1;
    float magnitude;
    if (ieee && exponent == 31) {
      magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (!ieee && (bits & 0x7F) == 0x7F) {
      magnitude = Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) mantissa, 1 - bias - mantissaBits);
    } else {
      magnitude =
          Math.scalb((float) (mantissa + (1 << mantissaBits)), exponent - bias - mantissaBits);
    }
    return (bits & 0x80) == 0 ? magnitude : -magnitude;
  }
}
