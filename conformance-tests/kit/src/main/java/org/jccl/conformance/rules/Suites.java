package org.jccl.conformance.rules;

import java.util.List;

/** The suites of this room: those of the rule book but for chapters 11 and 12. */
public final class Suites {
  private Suites() {}

  /** All of them, in the order in which they run. */
  public static List<Class<? extends Suite>> all() {
    return List.of(
        ReductionRules.class,
        PreMulSumRules.class,
        LifecycleRules.class,
        FamilyRules.class,
        TypedStateRules.class,
        MemoryRules.class,
        GroupRules.class,
        PointToPointRules.class,
        CollectiveRules.class,
        UnevenRules.class,
        StreamRules.class,
        CaptureRules.class,
        WaitingRules.class,
        WorkRules.class,
        PreparedRules.class,
        CoalescedRules.class,
        OpenRules.class,
        TypedArgumentRules.class,
        RawArgumentRules.class,
        RawCommunicatorRules.class,
        RawGroupRules.class,
        EnvironmentRules.class,
        RawTypeRules.class,
        RawPreMulSumRules.class,
        RawGroupStateRules.class,
        RawGroupEndRules.class,
        RawPointToPointRules.class,
        RawCollectiveRules.class,
        RawStreamRules.class,
        RawCheckRules.class,
        RawCreationRules.class,
        RawConfigRules.class,
        RawCallConfigRules.class,
        CallConfigRules.class,
        RawFamilyRules.class,
        RawGrowRules.class,
        RawLifecycleRules.class,
        RawErrorRules.class,
        RawMemoryRules.class,
        RawWindowRules.class,
        RawOneSidedRules.class,
        RawSuspensionRules.class,
        RawParameterRules.class,
        ArithmeticRules.class,
        RingRules.class,
        TreeRules.class,
        ChannelRules.class,
        SymmetricRules.class,
        KernelRules.class,
        DeterminismRules.class);
  }
}
