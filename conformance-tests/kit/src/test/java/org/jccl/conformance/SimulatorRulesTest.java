package org.jccl.conformance;

import java.util.stream.Stream;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.run.RuleTests;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The simulator obeys the rules. */
class SimulatorRulesTest {
  @TestFactory
  Stream<DynamicTest> everyRuleHolds() {
    return RuleTests.of(new SimulatorSubject());
  }
}
