package org.jccl.conformance;

import java.util.stream.Stream;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.run.RuleTests;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** No test takes more ranks than its rule says: all rules on machines of one and two devices. */
class FewDevicesRulesTest {
  @TestFactory
  Stream<DynamicTest> everyRuleHolds_onOneDevice() {
    return RuleTests.of(SimulatorSubject.withDevices(1));
  }

  @TestFactory
  Stream<DynamicTest> everyRuleHolds_onTwoDevices() {
    return RuleTests.of(SimulatorSubject.withDevices(2));
  }
}
