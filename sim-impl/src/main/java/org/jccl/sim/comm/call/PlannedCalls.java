package org.jccl.sim.comm.call;

import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.sim.algo.Choice;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of a group, or a call alone, are carried out.
 *
 * @param refusal why they may not be launched, or null if they may
 * @param carried for each collective that NCCL plans, in the order of the calls
 * @param first how the first one is carried out; null for what NCCL makes of messages
 * @param last the last decision, which is the group's estimate (GRP-31)
 */
public record PlannedCalls(
    @Nullable CollectiveException refusal,
    List<PlannedCall> carried,
    @Nullable PlannedCall first,
    @Nullable Choice last) {
  /** Nothing to plan. */
  public static final PlannedCalls NOTHING = of(List.of(), null);

  /** A plan of calls that may be launched. */
  public static PlannedCalls of(List<PlannedCall> carried, @Nullable Choice last) {
    return new PlannedCalls(
        null, List.copyOf(carried), carried.isEmpty() ? null : carried.getFirst(), last);
  }

  /** Calls that may not be launched. */
  public static PlannedCalls refused(CollectiveException why) {
    return new PlannedCalls(why, List.of(), null, null);
  }

  /** The same plan; throws if the calls may not be launched. */
  public PlannedCalls orThrow() {
    CollectiveException why = refusal;
    if (why != null) {
      throw new CollectiveException(why.code(), String.valueOf(why.getMessage()));
    }
    return this;
  }
}
