package org.jccl.conformance.run;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.conformance.harness.Subject;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/**
 * The rules as tests of a build, one for each method of a suite.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> everyRuleHolds() {
 *   return RuleTests.of(new MySubject());
 * }
 * }</pre>
 */
public final class RuleTests {
  private RuleTests() {}

  /** Runs all rules against {@code subject}. */
  public static Stream<DynamicTest> of(Subject subject) {
    return of(subject, List.of());
  }

  /** Runs the rules with one prefix ({@code COL}) or id ({@code COL-04}). */
  public static Stream<DynamicTest> of(Subject subject, String rules) {
    RuleIndex index = RuleIndex.load();
    List<String> methods =
        index.rules().stream()
            .filter(rule -> rule.equals(rules) || rule.startsWith(rules + "-"))
            .flatMap(rule -> index.methodsOf(rule).stream())
            .distinct()
            .toList();
    return of(subject, methods);
  }

  private static Stream<DynamicTest> of(Subject subject, List<String> methods) {
    return ConformanceRun.run(subject, methods, result -> {}).stream()
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
