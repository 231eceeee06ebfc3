package org.jccl.conformance.run;

import java.util.List;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.misuse.MisuseRules;
import org.jccl.conformance.rules.ArgumentRules;
import org.jccl.conformance.rules.CollectiveRules;
import org.jccl.conformance.rules.DifferentialRules;
import org.jccl.conformance.rules.EnvironmentRules;
import org.jccl.conformance.rules.FamilyRules;
import org.jccl.conformance.rules.GroupRules;
import org.jccl.conformance.rules.LifecycleRules;
import org.jccl.conformance.rules.OpenRules;
import org.jccl.conformance.rules.PointToPointRules;
import org.jccl.conformance.rules.PreMulSumRules;
import org.jccl.conformance.rules.RawArgumentRules;
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
import org.jccl.conformance.rules.StreamRules;
import org.jccl.conformance.rules.UnevenRules;
import org.jccl.conformance.rules.DeterminismRules;
import org.jccl.conformance.rules.SymmetricRules;
import org.jccl.conformance.rules.ChannelRules;
import org.jccl.conformance.rules.TreeRules;
import org.jccl.conformance.rules.RingRules;
import org.jccl.conformance.rules.ArithmeticRules;

/** Every suite about the subject that a {@link ConformanceRun} has selected. */
final class Selected {
  /** The subject, while a run goes on; jqwik makes the suites on the thread that runs them. */
  static final ScopedValue<Subject> SUBJECT = ScopedValue.newInstance();

  private Selected() {}

  /** The suites, in the order of the rule book. */
  static List<Class<?>> suites() {
    return List.of(
        Reductions.class,
        ScaledSums.class,
        Lifecycle.class,
        Families.class,
        Groups.class,
        Messages.class,
        Collectives.class,
        Uneven.class,
        Streams.class,
        Open.class,
        Arguments.class,
        RawArguments.class,
        RawCommunicators.class,
        RawGroups.class,
        Environment.class,
        RawTypes.class,
        RawScaledSums.class,
        RawGroupState.class,
        RawGroupEnds.class,
        RawMessages.class,
        RawCollectives.class,
        RawStreams.class,
        RawChecks.class,
        RawCreations.class,
        RawConfigs.class,
        RawFamilies.class,
        RawGrowing.class,
        RawLifecycles.class,
        RawErrors.class,
        RawMemory.class,
        RawWindows.class,
        RawOneSided.class,
        RawSuspension.class,
        RawParameters.class,
        Misuses.class,
        Differential.class,
        Arithmetic.class,
        Rings.class,
        Trees.class,
        Channels.class,
        SymmetricKernels.class,
        Determinism.class);
  }

  static class Reductions extends ReductionRules {
    Reductions() {
      super(SUBJECT.get());
    }
  }

  static class ScaledSums extends PreMulSumRules {
    ScaledSums() {
      super(SUBJECT.get());
    }
  }

  static class Lifecycle extends LifecycleRules {
    Lifecycle() {
      super(SUBJECT.get());
    }
  }

  static class Families extends FamilyRules {
    Families() {
      super(SUBJECT.get());
    }
  }

  static class Groups extends GroupRules {
    Groups() {
      super(SUBJECT.get());
    }
  }

  static class Messages extends PointToPointRules {
    Messages() {
      super(SUBJECT.get());
    }
  }

  static class Collectives extends CollectiveRules {
    Collectives() {
      super(SUBJECT.get());
    }
  }

  static class Uneven extends UnevenRules {
    Uneven() {
      super(SUBJECT.get());
    }
  }

  static class Streams extends StreamRules {
    Streams() {
      super(SUBJECT.get());
    }
  }

  static class Arguments extends ArgumentRules {
    Arguments() {
      super(SUBJECT.get());
    }
  }

  static class RawArguments extends RawArgumentRules {
    RawArguments() {
      super(SUBJECT.get());
    }
  }

  static class RawCommunicators extends RawCommunicatorRules {
    RawCommunicators() {
      super(SUBJECT.get());
    }
  }

  static class RawGroups extends RawGroupRules {
    RawGroups() {
      super(SUBJECT.get());
    }
  }

  static class Environment extends EnvironmentRules {
    Environment() {
      super(SUBJECT.get());
    }
  }

  static class RawTypes extends RawTypeRules {
    RawTypes() {
      super(SUBJECT.get());
    }
  }

  static class RawScaledSums extends RawPreMulSumRules {
    RawScaledSums() {
      super(SUBJECT.get());
    }
  }

  static class RawGroupState extends RawGroupStateRules {
    RawGroupState() {
      super(SUBJECT.get());
    }
  }

  static class RawMessages extends RawPointToPointRules {
    RawMessages() {
      super(SUBJECT.get());
    }
  }

  static class RawCollectives extends RawCollectiveRules {
    RawCollectives() {
      super(SUBJECT.get());
    }
  }

  static class RawStreams extends RawStreamRules {
    RawStreams() {
      super(SUBJECT.get());
    }
  }

  static class RawChecks extends RawCheckRules {
    RawChecks() {
      super(SUBJECT.get());
    }
  }

  static class RawCreations extends RawCreationRules {
    RawCreations() {
      super(SUBJECT.get());
    }
  }

  static class RawConfigs extends RawConfigRules {
    RawConfigs() {
      super(SUBJECT.get());
    }
  }

  static class RawFamilies extends RawFamilyRules {
    RawFamilies() {
      super(SUBJECT.get());
    }
  }

  static class RawGrowing extends RawGrowRules {
    RawGrowing() {
      super(SUBJECT.get());
    }
  }

  static class RawLifecycles extends RawLifecycleRules {
    RawLifecycles() {
      super(SUBJECT.get());
    }
  }

  static class RawErrors extends RawErrorRules {
    RawErrors() {
      super(SUBJECT.get());
    }
  }

  static class RawMemory extends RawMemoryRules {
    RawMemory() {
      super(SUBJECT.get());
    }
  }

  static class RawWindows extends RawWindowRules {
    RawWindows() {
      super(SUBJECT.get());
    }
  }

  static class RawOneSided extends RawOneSidedRules {
    RawOneSided() {
      super(SUBJECT.get());
    }
  }

  static class RawSuspension extends RawSuspensionRules {
    RawSuspension() {
      super(SUBJECT.get());
    }
  }

  static class RawParameters extends RawParameterRules {
    RawParameters() {
      super(SUBJECT.get());
    }
  }

  static class Misuses extends MisuseRules {
    Misuses() {
      super(SUBJECT.get());
    }
  }

  static class Differential extends DifferentialRules {
    Differential() {
      super(SUBJECT.get(), SimulatorSubject.seeded(1));
    }
  }

  static class Open extends OpenRules {
    Open() {
      super(SUBJECT.get());
    }
  }

  static class RawGroupEnds extends RawGroupEndRules {
    RawGroupEnds() {
      super(SUBJECT.get());
    }
  }

  static class Arithmetic extends ArithmeticRules {
    Arithmetic() {
      super(SUBJECT.get());
    }
  }

  static class Rings extends RingRules {
    Rings() {
      super(SUBJECT.get());
    }
  }

  static class Trees extends TreeRules {
    Trees() {
      super(SUBJECT.get());
    }
  }

  static class Channels extends ChannelRules {
    Channels() {
      super(SUBJECT.get());
    }
  }

  static class SymmetricKernels extends SymmetricRules {
    SymmetricKernels() {
      super(SUBJECT.get());
    }
  }

  static class Determinism extends DeterminismRules {
    Determinism() {
      super(SUBJECT.get());
    }
  }
}
