package org.jccl.conformance;

import net.jqwik.api.Group;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.rules.CollectiveRules;

/** The simulator obeys the rules. */
class SimulatorRulesTest {
  private static final SimulatorSubject SUBJECT = new SimulatorSubject();

  @Group
  class Collectives extends CollectiveRules {
    Collectives() {
      super(SUBJECT);
    }
  }
}
