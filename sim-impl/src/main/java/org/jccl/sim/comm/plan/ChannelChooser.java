package org.jccl.sim.comm.plan;

import org.jccl.sim.algo.Allowed;
import org.jccl.sim.algo.CallLimits;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.algo.CollectiveTask;
import org.jccl.sim.algo.GroupPlan;
import org.jccl.sim.cost.Tuner;
import org.jspecify.annotations.Nullable;

/** Chooses algorithms for the calls of one group; also of calls that select some (CFG-28). */
final class ChannelChooser implements GroupPlan.Chooser {
  private final Tuner tuner;
  private final Allowed allowed;
  private boolean isUnmet;

  ChannelChooser(Tuner tuner, Allowed allowed) {
    this.tuner = tuner;
    this.allowed = allowed;
  }

  /** Whether a call had to take one of those that it selects, and none is possible here. */
  boolean isUnmet() {
    return isUnmet;
  }

  @Override
  public @Nullable Choice choose(CollectiveTask together, int perChannel) {
    return choose(together, perChannel, null);
  }

  @Override
  public @Nullable Choice choose(
      CollectiveTask together, int perChannel, @Nullable CallLimits limits) {
    boolean selects =
        limits != null && limits.selection() != null && !allowed.isForced(together.operation());
    Choice choice = among(together, perChannel, selects ? limits : null);
    if (choice != null || !selects || limits == null) {
      return choice;
    }
    Choice any = among(together, perChannel, null);
    isUnmet = any != null && limits.isForced();
    return isUnmet ? null : any;
  }

  private @Nullable Choice among(
      CollectiveTask together, int perChannel, @Nullable CallLimits limits) {
    return tuner.choose(
        together.operation(),
        together.type(),
        together.folding().isScaled(),
        together.count(),
        perChannel,
        limits);
  }
}
