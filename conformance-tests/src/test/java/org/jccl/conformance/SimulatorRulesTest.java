package org.jccl.conformance;

import net.jqwik.api.Group;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.rules.ArgumentRules;
import org.jccl.conformance.rules.CollectiveRules;
import org.jccl.conformance.rules.GroupRules;
import org.jccl.conformance.rules.LifecycleRules;
import org.jccl.conformance.rules.PointToPointRules;
import org.jccl.conformance.rules.PreMulSumRules;
import org.jccl.conformance.rules.RawArgumentRules;
import org.jccl.conformance.rules.RawCommunicatorRules;
import org.jccl.conformance.rules.RawGroupRules;
import org.jccl.conformance.rules.RawMemoryRules;
import org.jccl.conformance.rules.RawOneSidedRules;
import org.jccl.conformance.rules.RawParameterRules;
import org.jccl.conformance.rules.RawSuspensionRules;
import org.jccl.conformance.rules.RawWindowRules;
import org.jccl.conformance.rules.ReductionRules;
import org.jccl.conformance.rules.StreamRules;
import org.jccl.conformance.rules.UnevenRules;

/** The simulator obeys the rules. */
class SimulatorRulesTest {
  private static final Subject SUBJECT = new SimulatorSubject();

  @Group
  class Collectives extends CollectiveRules {
    Collectives() {
      super(SUBJECT);
    }
  }

  @Group
  class Reductions extends ReductionRules {
    Reductions() {
      super(SUBJECT);
    }
  }

  @Group
  class ScaledSums extends PreMulSumRules {
    ScaledSums() {
      super(SUBJECT);
    }
  }

  @Group
  class Groups extends GroupRules {
    Groups() {
      super(SUBJECT);
    }
  }

  @Group
  class Messages extends PointToPointRules {
    Messages() {
      super(SUBJECT);
    }
  }

  @Group
  class Streams extends StreamRules {
    Streams() {
      super(SUBJECT);
    }
  }

  @Group
  class Uneven extends UnevenRules {
    Uneven() {
      super(SUBJECT);
    }
  }

  @Group
  class Arguments extends ArgumentRules {
    Arguments() {
      super(SUBJECT);
    }
  }

  @Group
  class Lifecycle extends LifecycleRules {
    Lifecycle() {
      super(SUBJECT);
    }
  }

  @Group
  class RawArguments extends RawArgumentRules {
    RawArguments() {
      super(SUBJECT);
    }
  }

  @Group
  class RawCommunicators extends RawCommunicatorRules {
    RawCommunicators() {
      super(SUBJECT);
    }
  }

  @Group
  class RawGroups extends RawGroupRules {
    RawGroups() {
      super(SUBJECT);
    }
  }

  @Group
  class RawMemory extends RawMemoryRules {
    RawMemory() {
      super(SUBJECT);
    }
  }

  @Group
  class RawWindows extends RawWindowRules {
    RawWindows() {
      super(SUBJECT);
    }
  }

  @Group
  class RawOneSided extends RawOneSidedRules {
    RawOneSided() {
      super(SUBJECT);
    }
  }

  @Group
  class RawSuspension extends RawSuspensionRules {
    RawSuspension() {
      super(SUBJECT);
    }
  }

  @Group
  class RawParameters extends RawParameterRules {
    RawParameters() {
      super(SUBJECT);
    }
  }
}
