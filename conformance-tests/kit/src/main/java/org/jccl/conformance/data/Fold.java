package org.jccl.conformance.data;

import java.util.Locale;
import org.jccl.ReduceOp;

/** What happens to the ranks' elements: one of NCCL's reductions, or nothing. */
public enum Fold {
  /** {@link ReduceOp#SUM}. */
  SUM,
  /** {@link ReduceOp#PROD}. */
  PROD,
  /** {@link ReduceOp#MAX}. */
  MAX,
  /** {@link ReduceOp#MIN}. */
  MIN,
  /** {@link ReduceOp#AVG}. */
  AVG,
  /** A sum of elements that each rank multiplies by {@link #scalar} first (rule PMS-01). */
  SCALED_SUM,
  /** Elements only move: any bits will do (rule TYP-06). */
  COPY;

  /** The fold of a built-in reduction. */
  public static Fold of(ReduceOp.Builtin op) {
    return valueOf(op.name());
  }

  /** Whether ranks' elements are combined. */
  public boolean reduces() {
    return this != COPY;
  }

  /** Whether elements are multiplied on the way (rules RED-12, RED-13). */
  public boolean scales() {
    return this == AVG || this == SCALED_SUM;
  }

  /** Whether it is a reduction that needs not be made. */
  public boolean isBuiltin() {
    return this != SCALED_SUM && this != COPY;
  }

  /**
   * The built-in reduction.
   *
   * @throws IllegalStateException for {@link #SCALED_SUM} and {@link #COPY}, which are none
   */
  public ReduceOp.Builtin builtin() {
    if (!isBuiltin()) {
      throw new IllegalStateException(this + " is no built-in reduction");
    }
    return ReduceOp.Builtin.valueOf(name());
  }

  /** The scalar of {@code rank} in a {@link #SCALED_SUM}: 1 on even ranks, 2 on odd ones. */
  public static int scalar(int rank) {
    return 1 + (rank & 1);
  }

  /** A name for messages: {@code sum}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
