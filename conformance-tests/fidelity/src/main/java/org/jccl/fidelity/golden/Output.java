package org.jccl.fidelity.golden;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.MemoryPlan.Place;
import org.jccl.conformance.engine.Observation;
import org.jccl.conformance.engine.Prepared;

/**
 * What one call left in one rank's receive buffer.
 *
 * @param isUntouched whether it is as it was before the call
 */
record Output(MemorySegment result, boolean isUntouched) {
  /**
   * The outputs of all calls of a case on one rank.
   *
   * @throws IllegalStateException if a call wrote somewhere else
   */
  static List<Output> of(Prepared prepared, int rank, Observation seen) {
    MemoryPlan plan = prepared.plans().get(rank);
    MemorySegment before = prepared.images().get(rank);
    long changed = plan.firstForeignChange(before, seen.memory(), false);
    if (changed >= 0) {
      int index = Math.max(0, plan.owner(changed));
      throw new IllegalStateException(
          "rank " + rank + ": " + plan.calls().get(index) + " wrote outside its output");
    }
    List<Output> outputs = new ArrayList<>();
    for (int i = 0; i < plan.calls().size(); i++) {
      Place recv = plan.call(i).recv();
      if (recv == null) {
        throw new IllegalStateException("every rank of a recording has all buffers");
      }
      long bytes = recv.elements() * plan.calls().get(i).call().type().bytes();
      MemorySegment result = seen.memory().asSlice(recv.at(), bytes);
      outputs.add(new Output(result, before.asSlice(recv.at(), bytes).mismatch(result) < 0));
    }
    return outputs;
  }
}
