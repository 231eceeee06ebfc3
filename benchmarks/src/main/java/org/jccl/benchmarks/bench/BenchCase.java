package org.jccl.benchmarks.bench;

import org.jccl.DataType;
import org.jccl.Rank;
import org.jccl.ReduceOp.Builtin;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One row to measure.
 *
 * @param workload what is issued
 * @param type element type
 * @param op the reduction; null if the operation does not reduce
 * @param root the root; 0 if the operation has none
 * @param count NCCL's count argument
 */
record BenchCase(Workload workload, DataType type, @Nullable Builtin op, int root, long count) {
  /** Whether this and {@code other} differ at most in size. */
  boolean isSameSeries(BenchCase other) {
    return workload.equals(other.workload) && type == other.type && op == other.op;
  }

  Operation row() {
    return workload.operation();
  }

  /** Size as nccl-tests counts it. */
  long bytes(int ranks) {
    return row().measuredBytes(count, ranks, type.bytes());
  }

  long sendElements(Rank rank) {
    return row().sendElements(count, rank.worldSize());
  }

  @Override
  public String toString() {
    String what = workload.label() + " " + TypeNames.of(type);
    return (op == null ? what : what + " " + op.label()) + " of " + count + " elements";
  }
}
