package org.jccl.sim.comm;

import java.util.List;
import org.jccl.sim.algo.Choice;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of a group, or a call alone, are carried out.
 *
 * @param code why they may not be launched, as NCCL's result; 0 if they may
 * @param carried for each collective that NCCL plans, in the order of the calls
 * @param first how the first one is carried out; null for what NCCL makes of messages
 * @param last the last decision, which is the group's estimate (GRP-31)
 */
public record Planned(
    int code, List<Carried> carried, @Nullable Carried first, @Nullable Choice last) {
  /** Nothing to plan. */
  public static final Planned NOTHING = of(List.of(), null);

  /** A plan of calls that may be launched. */
  public static Planned of(List<Carried> carried, @Nullable Choice last) {
    return new Planned(
        0, List.copyOf(carried), carried.isEmpty() ? null : carried.getFirst(), last);
  }

  /** Calls that may not be launched. */
  public static Planned refused(int code) {
    return new Planned(code, List.of(), null, null);
  }
}
