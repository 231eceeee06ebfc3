package org.jccl.fidelity.floats;

import java.util.ArrayList;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.CallPlan;

/** What the simulator says NCCL would choose. */
final class FloatChoice {
  /** For calls that pins leave no algorithm for (ENV-06). */
  static final String NOTHING = "nothing";

  private FloatChoice() {}

  /** For each call what it would get if it were alone, as in {@code RING/LL128 0-15}. */
  static String of(Communicator communicator, List<FloatCall> calls) {
    if (communicator.worldSize() == 1) {
      return "ONE RANK";
    }
    List<String> choices = new ArrayList<>();
    for (FloatCall call : calls) {
      choices.add(of(communicator, call));
    }
    return String.join(", ", choices);
  }

  private static String of(Communicator communicator, FloatCall call) {
    ReduceOp builtin = call.reduction().builtin();
    if (builtin != null) {
      return planned(communicator, call, builtin);
    }
    try (PreMulSum scaled = communicator.preMulSum(call.type(), 1)) { // any scalar
      return planned(communicator, call, scaled);
    }
  }

  private static String planned(Communicator communicator, FloatCall call, ReduceOp reduction) {
    try {
      CallPlan plan =
          Simulator.plan(communicator, call.operation(), call.type(), reduction, call.count());
      return "%s/%s %d-%d"
          .formatted(plan.algorithm(), plan.protocol(), plan.firstChannel(), plan.lastChannel());
    } catch (CollectiveException nothingLeft) {
      return NOTHING;
    }
  }
}
