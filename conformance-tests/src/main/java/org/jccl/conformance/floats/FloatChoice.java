package org.jccl.conformance.floats;

import java.util.ArrayList;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.ReduceOp;
import org.jccl.sim.CallPlan;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/** What the simulator says NCCL would choose. */
final class FloatChoice {
  private FloatChoice() {}

  /**
   * For each call what it would get if it were alone, as in {@code RING/LL128 0-15}; null if the
   * communicator is not a simulator's.
   */
  static @Nullable String of(
      Communicator communicator, List<FloatCall> calls, List<ReduceOp> reductions) {
    if (Simulator.of(communicator.device().backend()).isEmpty()) {
      return null;
    }
    if (communicator.worldSize() == 1) {
      return "ONE RANK";
    }
    List<String> choices = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      choices.add(of(communicator, calls.get(i), reductions.get(i)));
    }
    return String.join(", ", choices);
  }

  private static String of(Communicator communicator, FloatCall call, ReduceOp reduction) {
    try {
      CallPlan plan =
          Simulator.plan(communicator, call.operation(), call.type(), reduction, call.count());
      return "%s/%s %d-%d"
          .formatted(plan.algorithm(), plan.protocol(), plan.firstChannel(), plan.lastChannel());
    } catch (CollectiveException nothingLeft) {
      return "nothing";
    }
  }
}
