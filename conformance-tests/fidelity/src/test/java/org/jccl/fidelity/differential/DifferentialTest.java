package org.jccl.fidelity.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.loopback.LoopbackSubject;
import org.jccl.conformance.run.RuleTests;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** One generated program, two subjects, equal results: schedules, threads and bindings. */
class DifferentialTest {
  @TestFactory
  Stream<DynamicContainer> chapterTwelve() {
    return Stream.of(
            new SimulatorSubject(),
            SimulatorSubject.seeded(7),
            SimulatorSubject.freeRunning(),
            new LoopbackSubject())
        .map(subject -> DynamicContainer.dynamicContainer(subject.name(), rules(subject)));
  }

  private static Stream<DynamicTest> rules(Subject subject) {
    List<DynamicTest> rules = RuleTests.of(subject, "DIF").toList();
    assertThat(rules).hasSizeGreaterThanOrEqualTo(4);
    return rules.stream();
  }
}
