package org.jccl.conformance.run;

import java.util.List;
import org.jccl.conformance.misuse.MisuseRules;
import org.jccl.conformance.rules.CoalescedRules;
import org.jccl.conformance.rules.ArithmeticRules;
import org.jccl.conformance.rules.CallConfigRules;
import org.jccl.conformance.rules.CaptureRules;
import org.jccl.conformance.rules.ChannelRules;
import org.jccl.conformance.rules.CollectiveRules;
import org.jccl.conformance.rules.DeterminismRules;
import org.jccl.conformance.rules.EnvironmentRules;
import org.jccl.conformance.rules.FamilyRules;
import org.jccl.conformance.rules.GroupRules;
import org.jccl.conformance.rules.KernelRules;
import org.jccl.conformance.rules.LifecycleRules;
import org.jccl.conformance.rules.MemoryRules;
import org.jccl.conformance.rules.OpenRules;
import org.jccl.conformance.rules.PointToPointRules;
import org.jccl.conformance.rules.PreMulSumRules;
import org.jccl.conformance.rules.PreparedRules;
import org.jccl.conformance.rules.RawArgumentRules;
import org.jccl.conformance.rules.RawCallConfigRules;
import org.jccl.conformance.rules.RawCheckRules;
import org.jccl.conformance.rules.RawCollectiveRules;
import org.jccl.conformance.rules.RawCommunicatorRules;
import org.jccl.conformance.rules.RawConfigRules;
import org.jccl.conformance.rules.RawCreationRules;
import org.jccl.conformance.rules.RawErrorRules;
import org.jccl.conformance.rules.RawFamilyRules;
import org.jccl.conformance.rules.RawGroupEndRules;
import org.jccl.conformance.rules.RawGroupRules;
import org.jccl.conformance.rules.RawGroupStateRules;
import org.jccl.conformance.rules.RawGrowRules;
import org.jccl.conformance.rules.RawLifecycleRules;
import org.jccl.conformance.rules.RawMemoryRules;
import org.jccl.conformance.rules.RawOneSidedRules;
import org.jccl.conformance.rules.RawParameterRules;
import org.jccl.conformance.rules.RawPointToPointRules;
import org.jccl.conformance.rules.RawPreMulSumRules;
import org.jccl.conformance.rules.RawStreamRules;
import org.jccl.conformance.rules.RawSuspensionRules;
import org.jccl.conformance.rules.RawTypeRules;
import org.jccl.conformance.rules.RawWindowRules;
import org.jccl.conformance.rules.ReductionRules;
import org.jccl.conformance.rules.RingRules;
import org.jccl.conformance.rules.StreamRules;
import org.jccl.conformance.rules.Suite;
import org.jccl.conformance.rules.SymmetricRules;
import org.jccl.conformance.rules.TreeRules;
import org.jccl.conformance.rules.TypedArgumentRules;
import org.jccl.conformance.rules.TypedStateRules;
import org.jccl.conformance.rules.UnevenRules;
import org.jccl.conformance.rules.WaitingRules;
import org.jccl.conformance.rules.WorkRules;

/** The suites of the rule book but for chapter 12, in its order. */
public final class BookSuites implements RuleSuites {
  /** For {@link java.util.ServiceLoader}. */
  public BookSuites() {}

  @Override
  public List<Class<? extends Suite>> suites() {
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
        MisuseRules.class,
        ArithmeticRules.class,
        RingRules.class,
        TreeRules.class,
        ChannelRules.class,
        SymmetricRules.class,
        KernelRules.class,
        DeterminismRules.class);
  }
}
