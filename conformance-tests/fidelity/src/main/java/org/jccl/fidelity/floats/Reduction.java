package org.jccl.fidelity.floats;

import org.jccl.ReduceOp;
import org.jspecify.annotations.Nullable;

/** How the ranks' elements are combined. */
public enum Reduction {
  /** The sum. */
  SUM(ReduceOp.SUM),
  /** The product. */
  PROD(ReduceOp.PROD),
  /** The least. */
  MIN(ReduceOp.MIN),
  /** The largest. */
  MAX(ReduceOp.MAX),
  /** The average. */
  AVG(ReduceOp.AVG),
  /** The sum, each rank's elements multiplied by a scalar that the host gives. */
  SCALED(null),
  /** The same with scalars in device memory. */
  SCALED_ON_DEVICE(null);

  private final @Nullable ReduceOp builtin;

  Reduction(@Nullable ReduceOp builtin) {
    this.builtin = builtin;
  }

  /** NCCL's own operation, or null if a communicator must make one. */
  @Nullable ReduceOp builtin() {
    return builtin;
  }

  /** Whether elements are multiplied by something (rules RED-12, PMS-12). */
  boolean scales() {
    return builtin == null || this == AVG;
  }
}
