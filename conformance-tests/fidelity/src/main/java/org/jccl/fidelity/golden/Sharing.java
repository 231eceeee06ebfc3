package org.jccl.fidelity.golden;

import org.jccl.conformance.cases.CallForm;
import org.jccl.ops.Operation;

/** Whose results of a call are alike. */
enum Sharing {
  /** One result, that all ranks have. */
  SAME,
  /** One result a rank. */
  EACH,
  /** One result, that the root has; the other ranks' outputs stay as they are. */
  ROOT;

  static Sharing of(CallForm form) {
    if (form.operation().receiveSide() == Operation.Side.ROOT) {
      return ROOT;
    }
    return form.sendsBlocks() || form.isExchange() ? EACH : SAME;
  }
}
