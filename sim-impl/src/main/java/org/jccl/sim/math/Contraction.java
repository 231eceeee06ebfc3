package org.jccl.sim.math;

import org.jccl.DataType;
import org.jccl.config.Protocol;

/**
 * Whether a scaled sum {@code s·own + acc} rounds once or twice.
 *
 * <p>That is a compiler's choice and no law, so it is a profile with a name (FMA-05).
 */
public enum Contraction {
  /** NCCL's kernels for sm_90 (FMA-01). */
  SM_90,
  /** As {@link #SM_90}, but bf16 always rounds twice (FMA-04). */
  SM_80,
  /** Two roundings always. */
  NEVER;

  /** How often one element is rounded. */
  public enum Rounding {
    /** Once: a fused multiply-add. */
    FUSED,
    /** Twice: the product, then the sum. */
    SEPARATE,
    /** Once or twice, as the element's place in its chunk says (FMA-02). */
    MIXED
  }

  /** How kernels of {@code protocol} round; float8 and integers never fuse (AVG-04, AVG-05). */
  public Rounding rounding(Protocol protocol, DataType type) {
    boolean tied = protocol == Protocol.LL128;
    return switch (type) {
      case FLOAT32, FLOAT64 -> either(this != NEVER, tied ? Rounding.MIXED : Rounding.FUSED);
      case FLOAT16 -> either(this != NEVER && !tied, Rounding.FUSED);
      case BFLOAT16 -> either(this == SM_90 && !tied, Rounding.FUSED);
      default -> Rounding.SEPARATE;
    };
  }

  private static Rounding either(boolean fuses, Rounding rounding) {
    return fuses ? rounding : Rounding.SEPARATE;
  }
}
