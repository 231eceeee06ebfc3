package org.jccl.sim.comm.match;

import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.ops.Call;
import org.jccl.sim.comm.call.CustomReduction;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.PlannedCall.ByChannels;
import org.jccl.sim.comm.call.PlannedCall.ByOwnKernel;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.math.Arithmetic;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.ReducePlan;
import org.jspecify.annotations.Nullable;

/** What the collectives of one communicator compute, and in which order they fold. */
final class Reductions {
  /**
   * What one collective computes.
   *
   * @param carried how it is carried out
   * @param root the rank that receives, or 0
   * @param reduction code of the reduction
   */
  record Computed(PlannedCall carried, int root, int reduction, ReducePlan plan, FoldOrder order) {}

  private final Planner planner;

  Reductions(Planner planner) {
    this.planner = planner;
  }

  /** What the collective computes whose parts these are; {@code first} is one of them. */
  Computed of(@Nullable LaunchedCall[] parts, LaunchedCall first, int root) {
    PlannedCall carried = carried(first);
    return new Computed(
        carried,
        root,
        first.call.reduction(),
        rounded(parts, first, carried),
        planner.order(first.request, carried, root));
  }

  private static PlannedCall carried(LaunchedCall part) {
    if (part.carried == null) {
      throw new IllegalStateException(part.call + " was never planned");
    }
    return part.carried;
  }

  /** Rounded as the kernels that carry it out do (FMA-01 to FMA-05). */
  private ReducePlan rounded(
      @Nullable LaunchedCall[] parts, LaunchedCall first, PlannedCall carried) {
    DataType type = first.request.type();
    return switch (carried) {
      case ByChannels own ->
          exact(parts, first.call.reduction(), type)
              .computedBy(own.choice().protocol(), planner.contraction());
      case BySymmetricKernel own ->
          own.isAverage()
              ? ReducePlan.symmetricAverage(type, parts.length)
              : ReducePlan.symmetric(type);
      case ByOwnKernel own -> ReducePlan.symmetric(type); // KRN-03: as those do it
    };
  }

  private static ReducePlan exact(@Nullable LaunchedCall[] parts, int reduction, DataType type) {
    if (reduction == Call.PRE_MUL_SUM) {
      long[] scalars = new long[parts.length];
      for (LaunchedCall each : parts) {
        LaunchedCall part = LaunchedCall.present(each);
        CustomReduction scale = part.request.scale();
        scalars[part.rank] = scale == null ? 0 : scale.read();
      }
      return ReducePlan.preMulSum(type, scalars);
    }
    return switch (Builtin.ofCode(reduction)) {
      case SUM -> ReducePlan.of(Arithmetic.SUM, type);
      case PROD -> ReducePlan.of(Arithmetic.PROD, type);
      case MAX -> ReducePlan.of(Arithmetic.MAX, type);
      case MIN -> ReducePlan.of(Arithmetic.MIN, type);
      case AVG -> ReducePlan.average(type, parts.length);
    };
  }
}
