package org.jccl.sim;

import java.util.Optional;
import java.util.function.Function;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.machine.CallPlan;
import org.jccl.sim.machine.SymmetricCallPlan;

/** How NCCL would carry out calls of one communicator that stand alone in their group. */
final class CallPlans {
  private final Planner planner;
  private final Kernel kernel;

  CallPlans(Planner planner, Kernel kernel) {
    this.planner = planner;
    this.kernel = kernel;
  }

  /** A collective's plan. */
  CallPlan plan(
      Operation operation, DataType type, ReduceOp reduction, long count, boolean registered) {
    return planned(
        operation,
        count,
        known -> known.plan(operation, type, reduction.code(), count, registered));
  }

  /** The same by a symmetric kernel; empty if NCCL would not. */
  Optional<SymmetricCallPlan> planSymmetric(
      Operation operation, DataType type, ReduceOp reduction, long count) {
    return planned(
        operation, count, known -> known.planSymmetric(operation, type, reduction.code(), count));
  }

  private <T> T planned(Operation operation, long count, Function<Planner, T> plan) {
    if (operation.isMadeOfMessages() || count < 1) {
      throw new IllegalArgumentException(
          operation.label() + " x" + count + ": messages and empty calls have no algorithm");
    }
    HostTask task = kernel.enter();
    try {
      return plan.apply(planner);
    } finally {
      kernel.exit(task);
    }
  }

  /** The algorithm and protocol that {@code rank} asks for. */
  void pin(int rank, Optional<Algorithm> algorithm, Optional<Protocol> protocol) {
    HostTask task = kernel.enter();
    kernel.declares(task);
    try {
      planner.pin(rank, algorithm, protocol);
    } finally {
      kernel.exit(task);
    }
  }
}
