package org.jccl.fidelity.golden;

import java.util.Optional;
import org.jccl.Backend;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.fidelity.golden.RankBench.Work;
import org.jccl.fidelity.golden.RecordedCase.Memory;
import org.jccl.ops.Operation;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jspecify.annotations.Nullable;

/** What the simulator says of how a call is carried out. */
final class PlannedChoice {
  private PlannedChoice() {}

  /**
   * The choice for the only call of a case, or null if the simulator does not say it: on other
   * backends, for messages, in groups.
   */
  static @Nullable RecordedChoice of(Communicator communicator, Work work) {
    RecordedCall call = work.calls().getFirst();
    Backend backend = Backend.of(communicator.device());
    if (work.calls().size() > 1
        || call.count() == 0
        || communicator.worldSize() == 1
        || !call.collective().isTuned()
        || Simulator.of(backend).isEmpty()) {
      return null;
    }
    if (call.op() == RecordedOp.PREMUL) {
      try (PreMulSum scaled = communicator.preMulSum(call.type(), 1)) { // any scalar
        return planned(communicator, work.memory(), call, scaled);
      }
    }
    ReduceOp builtin = call.op().builtin();
    return planned(communicator, work.memory(), call, builtin == null ? ReduceOp.SUM : builtin);
  }

  private static @Nullable RecordedChoice planned(
      Communicator communicator, Memory memory, RecordedCall call, ReduceOp op) {
    Operation operation = call.collective().operation();
    try {
      if (memory == Memory.WINDOW) {
        Optional<SymmetricCallPlan> plan =
            Simulator.planSymmetric(communicator, operation, call.type(), op, call.count());
        if (plan.isPresent()) {
          return new RecordedChoice(
              RecordedChoice.SYMMETRIC, plan.get().kernel(), 0, plan.get().channels() - 1);
        }
      }
      CallPlan plan =
          memory == Memory.PLAIN
              ? Simulator.plan(communicator, operation, call.type(), op, call.count())
              : Simulator.planRegistered(communicator, operation, call.type(), op, call.count());
      return new RecordedChoice(
          plan.algorithm().name(), plan.protocol().name(), plan.firstChannel(), plan.lastChannel());
    } catch (CollectiveException nothingLeft) {
      return null; // The call itself says why.
    }
  }
}
