package org.jccl.conformance;

import java.util.stream.Stream;
import org.jccl.conformance.loopback.LoopbackSubject;
import org.jccl.conformance.run.RuleTests;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The loopback obeys the rules. */
class LoopbackRulesTest {
  @TestFactory
  Stream<DynamicTest> everyRuleHolds() {
    return RuleTests.of(new LoopbackSubject());
  }
}
