package org.jccl.conformance;

import net.jqwik.api.Group;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.loopback.LoopbackSubject;
import org.jccl.conformance.rules.ArgumentRules;
import org.jccl.conformance.rules.CollectiveRules;
import org.jccl.conformance.rules.GroupRules;
import org.jccl.conformance.rules.LifecycleRules;
import org.jccl.conformance.rules.PointToPointRules;
import org.jccl.conformance.rules.PreMulSumRules;
import org.jccl.conformance.rules.RawArgumentRules;
import org.jccl.conformance.rules.RawCommunicatorRules;
import org.jccl.conformance.rules.RawErrorRules;
import org.jccl.conformance.rules.RawLifecycleRules;
import org.jccl.conformance.rules.RawGrowRules;
import org.jccl.conformance.rules.RawFamilyRules;
import org.jccl.conformance.rules.RawConfigRules;
import org.jccl.conformance.rules.RawCreationRules;
import org.jccl.conformance.rules.RawGroupRules;
import org.jccl.conformance.rules.ReductionRules;
import org.jccl.conformance.rules.StreamRules;
import org.jccl.conformance.rules.UnevenRules;

/** The loopback obeys the rules. */
class LoopbackRulesTest {
  private static final Subject SUBJECT = new LoopbackSubject();

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
  class RawCreations extends RawCreationRules {
    RawCreations() {
      super(SUBJECT);
    }
  }

  @Group
  class RawConfigs extends RawConfigRules {
    RawConfigs() {
      super(SUBJECT);
    }
  }

  @Group
  class RawFamilies extends RawFamilyRules {
    RawFamilies() {
      super(SUBJECT);
    }
  }

  @Group
  class RawGrowing extends RawGrowRules {
    RawGrowing() {
      super(SUBJECT);
    }
  }

  @Group
  class RawLifecycles extends RawLifecycleRules {
    RawLifecycles() {
      super(SUBJECT);
    }
  }

  @Group
  class RawErrors extends RawErrorRules {
    RawErrors() {
      super(SUBJECT);
    }
  }
}
