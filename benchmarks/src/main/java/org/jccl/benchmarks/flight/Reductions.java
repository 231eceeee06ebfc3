package org.jccl.benchmarks.flight;

import org.jccl.ReduceOp;

/** Names of reductions by their codes. */
final class Reductions {
  private Reductions() {}

  static String name(int code) {
    // Handles of custom reductions are each rank's own: what they do cannot be compared.
    return ReduceOp.Builtin.isCode(code) ? ReduceOp.Builtin.ofCode(code).label() : "premulsum";
  }
}
