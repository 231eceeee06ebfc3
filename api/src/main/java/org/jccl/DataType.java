package org.jccl;

/**
 * The twelve element types of NCCL, with their size in bytes and NCCL's code (rule TYP-01).
 *
 * <p>Half, bfloat16, the two float8 formats and the unsigned integers have no Java primitive;
 * {@link #decode(long)} and {@link #encode(double)} translate between an element's bits and a
 * number.
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/types.html">NCCL's
 *     guide: types</a>
 */
public enum DataType {
  /** Signed 8-bit integer. */
  INT8(0, 1, Kind.SIGNED),
  /** Unsigned 8-bit integer. */
  UINT8(1, 1, Kind.UNSIGNED),
  /** Signed 32-bit integer. */
  INT32(2, 4, Kind.SIGNED),
  /** Unsigned 32-bit integer. */
  UINT32(3, 4, Kind.UNSIGNED),
  /** Signed 64-bit integer. */
  INT64(4, 8, Kind.SIGNED),
  /** Unsigned 64-bit integer. */
  UINT64(5, 8, Kind.UNSIGNED),
  /** IEEE binary16. */
  FLOAT16(6, 2, Kind.FLOATING),
  /** IEEE binary32. */
  FLOAT32(7, 4, Kind.FLOATING),
  /** IEEE binary64. */
  FLOAT64(8, 8, Kind.FLOATING),
  /** The upper half of a binary32: 8 exponent and 7 mantissa bits. */
  BFLOAT16(9, 2, Kind.FLOATING),
  /** Float8 with 4 exponent and 3 mantissa bits, no infinities (reductions: rule TYP-03). */
  FLOAT8_E4M3(10, 1, Kind.FLOATING),
  /** Float8 with 5 exponent and 2 mantissa bits (reductions: rule TYP-03). */
  FLOAT8_E5M2(11, 1, Kind.FLOATING);

  /** How the bits of an element are to be read. */
  public enum Kind {
    /** Two's complement. */
    SIGNED,
    /** Unsigned binary. */
    UNSIGNED,
    /** Sign, exponent and mantissa. */
    FLOATING
  }

  private static final DataType[] BY_CODE = values();

  private final int code;
  private final int bytes;
  private final Kind kind;
  private final boolean floating;
  private final boolean float8;

  DataType(int code, int bytes, Kind kind) {
    this.code = code;
    this.bytes = bytes;
    this.kind = kind;
    this.floating = kind == Kind.FLOATING;
    this.float8 = floating && bytes == 1;
  }

  /** {@return NCCL's code of this type, {@code ncclDataType_t}} */
  public int code() {
    return code;
  }

  /** {@return the size of one element in bytes: 1, 2, 4 or 8} */
  public int bytes() {
    return bytes;
  }

  /** The bytes of so many elements, if there can be so many. */
  long bytes(long count) {
    if (count < 0 || count > Long.MAX_VALUE / bytes()) {
      throw new IllegalArgumentException("count " + count + " of " + this + " is out of range");
    }
    return count * bytes();
  }

  /** {@return signed, unsigned or floating} */
  public Kind kind() {
    return kind;
  }

  /** {@return whether this is one of the six floating-point formats} */
  public boolean isFloating() {
    return floating;
  }

  /** {@return whether this is one of the two float8 formats} */
  public boolean isFloat8() {
    return float8;
  }

  /**
   * {@return whether {@code code} names a type (rule TYP-02)}
   *
   * @param code NCCL's code
   */
  public static boolean isCode(int code) {
    return code >= 0 && code < BY_CODE.length;
  }

  /**
   * {@return the type that NCCL codes as {@code code}}
   *
   * @param code NCCL's code
   * @throws IllegalArgumentException if there is none (rule TYP-02)
   */
  public static DataType ofCode(int code) {
    if (!isCode(code)) {
      throw new IllegalArgumentException("data type code " + code + " not in 0..11");
    }
    return BY_CODE[code];
  }

  /**
   * {@return the number that the low bits of {@code bits} stand for, as a double} 64-bit integers
   * beyond 2^53 are rounded; use the bits themselves where exactness matters.
   *
   * @param bits the element's bits
   */
  public double decode(long bits) {
    return ElementCodec.decode(this, bits);
  }

  /**
   * {@return the bits of the element nearest to {@code value}: round to nearest even for floats
   * (float8 saturates), truncation and wrap-around for integers, of which NaN and infinities become
   * 0}
   *
   * @param value the number
   */
  public long encode(double value) {
    return ElementCodec.encode(this, value);
  }
}
