package org.jccl.conformance;

import java.util.stream.Stream;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.run.RuleTests;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The simulator obeys the rules as the newest NCCL that it imitates, too. */
class NewestRulesTest {
  @TestFactory
  Stream<DynamicTest> everyRuleHolds() {
    return RuleTests.of(new SimulatorSubject().imitating(Simulator.NEWEST_VERSION).orElseThrow());
  }
}
