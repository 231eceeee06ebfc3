package org.jccl.sim.algo;

import java.util.Map;
import org.jccl.config.CallField;
import org.jccl.ops.AlgorithmName;
import org.jccl.ops.AlgorithmSelection;
import org.jccl.ops.CallSetting;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration of one call leaves to choose (rules CFG-26 to CFG-29).
 *
 * @param least fewest channels, or 0 for the communicator's
 * @param most most channels, or {@link ChannelLimits#ALL}
 * @param mostMulticast most channels for multicast, or {@link ChannelLimits#ALL}
 * @param policy the policy, or -1 for the communicator's
 * @param selection what may be chosen, or null for all
 * @param isForced whether a selection that is not possible here is an error
 * @param isIsolated whether NCCL decides for the call alone
 */
public record CallLimits(
    int least,
    int most,
    int mostMulticast,
    int policy,
    @Nullable AlgorithmSelection selection,
    boolean isForced,
    boolean isIsolated) {
  private static final int AS_COMMUNICATOR = -1;

  private static final CallLimits NONE =
      new CallLimits(0, ChannelLimits.ALL, ChannelLimits.ALL, AS_COMMUNICATOR, null, false, false);

  /** Of a call without a configuration. */
  static CallLimits asCommunicator() {
    return NONE;
  }

  /** What {@code setting} leaves to {@code operation}. */
  public static CallLimits of(CallSetting setting, Operation operation) {
    Map<CallField, Integer> fields = setting.config().fields();
    return new CallLimits(
        fields.getOrDefault(CallField.MIN_CTAS, 0),
        fields.getOrDefault(CallField.MAX_CTAS, ChannelLimits.ALL),
        fields.getOrDefault(CallField.NVLS_CTAS, ChannelLimits.ALL),
        fields.getOrDefault(CallField.CTA_POLICY, AS_COMMUNICATOR),
        setting.selection(operation),
        setting.config().isForced(),
        setting.isIsolated());
  }

  /** Whether the call may be carried out by a kernel for symmetric windows, or by another one. */
  public boolean leaves(Operation operation, boolean symmetric) {
    return selection == null || selection.leaves(operation, symmetric);
  }

  /** Whether {@code operation} may take {@code name}. */
  public boolean allows(Operation operation, AlgorithmName name) {
    return selection == null || selection.allows(operation, name);
  }

  /** The policy that holds, of which each bit stands for itself. */
  public int policyOr(int communicators) {
    return policy == AS_COMMUNICATOR ? communicators : policy;
  }

  /** The same without the selection: NCCL chooses. */
  public CallLimits withoutSelection() {
    return new CallLimits(least, most, mostMulticast, policy, null, isForced, isIsolated);
  }

  /**
   * How many channels {@code choice} may use: the limits of call and communicator.
   *
   * @param has how many channels the communicator has
   */
  Choice limit(Choice choice, ChannelLimits communicator, int has) {
    int atMost = Math.min(most, communicator.most());
    int wanted = least == 0 ? communicator.least() : least;
    int atLeast = wanted > atMost ? 1 : wanted;
    int channels = Math.min(Math.max(choice.maxChannels(), atLeast), Math.min(atMost, has));
    return new Choice(
        choice.algorithm(),
        choice.protocol(),
        choice.usesMulticast() ? Math.min(channels, mostMulticast) : channels,
        choice.micros());
  }
}
