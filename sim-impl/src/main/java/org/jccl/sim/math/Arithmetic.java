package org.jccl.sim.math;

/** The four ways in which two elements become one, in the order of NCCL's {@code ncclRedOp_t}. */
public enum Arithmetic {
  /** Addition; integers wrap around. */
  SUM,
  /** Multiplication; integers wrap around. */
  PROD,
  /** The larger of the two; a NaN gives way to a number (NAN-03). */
  MAX,
  /** The smaller of the two; a NaN gives way to a number (NAN-03). */
  MIN;

  private static final Arithmetic[] BY_CODE = values();

  /** NCCL's code: sum 0, prod 1, max 2, min 3. */
  public int code() {
    return ordinal();
  }

  /**
   * The operation that NCCL codes as {@code code}.
   *
   * @throws IllegalArgumentException if {@code code} is not in 0..3
   */
  public static Arithmetic ofCode(int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw new IllegalArgumentException("arithmetic code " + code + " not in 0..3");
    }
    return BY_CODE[code];
  }
}
