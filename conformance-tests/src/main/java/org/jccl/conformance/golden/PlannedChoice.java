package org.jccl.conformance.golden;

import org.jccl.Backend;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.conformance.golden.RankBench.Work;
import org.jccl.conformance.golden.RecordedCase.Memory;
import org.jccl.sim.CallPlan;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/** What the simulator says of how a call is carried out. */
final class PlannedChoice {
  private PlannedChoice() {}

  /**
   * The choice for the only call of a case, or null if the simulator does not say it: on other
   * backends, for messages, in groups, where symmetric kernels may be used.
   */
  static @Nullable RecordedChoice of(Communicator communicator, Work work) {
    RecordedCall call = work.calls().getFirst();
    Backend backend = communicator.device().backend();
    if (work.calls().size() > 1
        || work.memory() == Memory.WINDOW
        || call.count() == 0
        || communicator.worldSize() == 1
        || !call.collective().isTuned()
        || Simulator.of(backend).isEmpty()) {
      return null;
    }
    if (call.op() == RecordedOp.PREMUL) {
      try (PreMulSum scaled = communicator.preMulSum(call.type(), 1)) { // any scalar
        return planned(communicator, call, scaled);
      }
    }
    ReduceOp builtin = call.op().builtin();
    return planned(communicator, call, builtin == null ? ReduceOp.SUM : builtin);
  }

  private static @Nullable RecordedChoice planned(
      Communicator communicator, RecordedCall call, ReduceOp op) {
    try {
      CallPlan plan =
          Simulator.plan(
              communicator, call.collective().operation(), call.type(), op, call.count());
      return new RecordedChoice(
          plan.algorithm().name(), plan.protocol().name(), plan.firstChannel(), plan.lastChannel());
    } catch (CollectiveException nothingLeft) {
      return null; // The call itself says why.
    }
  }
}
