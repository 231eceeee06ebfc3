package org.jccl.conformance;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.run.ConformanceRun;
import org.jccl.conformance.run.RuleResult;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/** The rules as tests of this build: one test a rule's method. */
final class RuleTests {
  private RuleTests() {}

  /** Runs all rules against {@code subject}. */
  static Stream<DynamicTest> of(Subject subject) {
    return ConformanceRun.run(subject, List.of(), result -> {}).stream()
        .map(result -> DynamicTest.dynamicTest(result.method(), () -> judge(result)));
  }

  private static void judge(RuleResult result) {
    switch (result.outcome()) {
      case HELD -> {}
      case SKIPPED -> Assumptions.abort(result.words());
      case BROKEN -> Assertions.fail(result.words());
    }
  }
}
