package org.jccl.fidelity.golden;

import java.util.Optional;
import org.jccl.Backend;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.data.Fold;
import org.jccl.ops.Operation;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;
import org.jspecify.annotations.Nullable;

/** What the simulator says of how a call is carried out. */
public final class PlannedChoice {
  private PlannedChoice() {}

  /**
   * The choice for a call that is made alone, or null if the simulator does not say it: on other
   * backends, for messages, and where pins leave no algorithm (ENV-06).
   */
  public static @Nullable RecordedChoice of(
      Communicator communicator, MemoryKind memory, CallSpec call) {
    Backend backend = communicator.device().backend();
    if (call.count() == 0
        || communicator.worldSize() == 1
        || call.form().isOfMessages()
        || Simulator.of(backend).isEmpty()) {
      return null;
    }
    if (call.form().reduces() && call.fold() == Fold.SCALED_SUM) {
      try (PreMulSum scaled = communicator.preMulSum(call.type(), 1)) { // any scalar
        return planned(communicator, memory, call, scaled);
      }
    }
    boolean reduces = call.form().reduces();
    return planned(communicator, memory, call, reduces ? call.fold().builtin() : ReduceOp.SUM);
  }

  private static @Nullable RecordedChoice planned(
      Communicator communicator, MemoryKind memory, CallSpec call, ReduceOp op) {
    Operation operation = call.operation();
    try {
      if (memory == MemoryKind.WINDOW) {
        Optional<SymmetricCallPlan> plan =
            Simulator.planSymmetric(communicator, operation, call.type(), op, call.count());
        if (plan.isPresent()) {
          return new RecordedChoice(
              RecordedChoice.SYMMETRIC, plan.get().kernel(), 0, plan.get().channels() - 1);
        }
      }
      CallPlan plan =
          memory == MemoryKind.PLAIN
              ? Simulator.plan(communicator, operation, call.type(), op, call.count())
              : Simulator.planRegistered(communicator, operation, call.type(), op, call.count());
      return new RecordedChoice(
          plan.algorithm().name(), plan.protocol().name(), plan.firstChannel(), plan.lastChannel());
    } catch (CollectiveException nothingLeft) {
      return null; // The call itself says why.
    }
  }
}
