package org.jccl.fidelity.golden;

import java.util.Locale;
import org.jccl.ReduceOp;
import org.jspecify.annotations.Nullable;

/** The reductions that recordings hold, by their names there. */
public enum RecordedOp {
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
  /** The sum of products with the type's scalar. */
  PREMUL(null),
  /** None: elements are only moved. */
  COPY(null);

  private final @Nullable ReduceOp builtin;
  private final String label = name().toLowerCase(Locale.ROOT);

  RecordedOp(@Nullable ReduceOp builtin) {
    this.builtin = builtin;
  }

  /** The name in recordings. */
  public String label() {
    return label;
  }

  /** The built-in operation, or null. */
  @Nullable ReduceOp builtin() {
    return builtin;
  }

  static @Nullable RecordedOp of(String label) {
    for (RecordedOp op : values()) {
      if (op.label.equals(label)) {
        return op;
      }
    }
    return null;
  }
}
