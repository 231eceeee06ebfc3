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
  MIN
}
