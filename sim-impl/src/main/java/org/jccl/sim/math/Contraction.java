package org.jccl.sim.math;

import org.jccl.DataType;

/**
 * Whether a scaled sum {@code s·own + acc} rounds once or twice.
 *
 * <p>That is a compiler's choice and no law, so it is a profile with a name (FMA-05).
 */
public enum Contraction {
  /** Simple and LL kernels on sm_90: fused for f32, f64, f16 and bf16 (NUMERICS 1.4). */
  SM_90_SIMPLE,
  /** As {@link #SM_90_SIMPLE}, but bf16 rounds twice (FMA-04). */
  SM_80_SIMPLE,
  /** Two roundings always. */
  NEVER;

  /** Whether {@code type} rounds once; float8 and integers never do (AVG-04, AVG-05). */
  public boolean fuses(DataType type) {
    return switch (type) {
      case FLOAT32, FLOAT64, FLOAT16 -> this != NEVER;
      case BFLOAT16 -> this == SM_90_SIMPLE;
      default -> false;
    };
  }
}
