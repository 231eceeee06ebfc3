package org.jccl.conformance;

import net.jqwik.api.Group;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.loopback.LoopbackSubject;
import org.jccl.conformance.rules.DifferentialRules;

/** One generated program, two subjects, equal results: schedules, threads and bindings. */
class DifferentialTest {
  private static final Subject REFERENCE = new SimulatorSubject();

  @Group
  class AnotherSchedule extends DifferentialRules {
    AnotherSchedule() {
      super(SimulatorSubject.seeded(7), REFERENCE);
    }
  }

  @Group
  class FreeThreads extends DifferentialRules {
    FreeThreads() {
      super(SimulatorSubject.freeRunning(), REFERENCE);
    }
  }

  @Group
  class Loopback extends DifferentialRules {
    Loopback() {
      super(new LoopbackSubject(), REFERENCE);
    }
  }
}
