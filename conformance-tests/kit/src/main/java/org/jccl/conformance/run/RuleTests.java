package org.jccl.conformance.run;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.conformance.harness.Subject;
import org.jspecify.annotations.Nullable;
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
 *
 * <p>With the system property {@value #RULE_PROPERTY} only some rules run, in the same JVM, so that
 * a debugger sees them: an IDE's run configuration of such a test takes {@code -Djccl.rule=COL-04}.
 * Each test knows its method, which an IDE opens.
 */
public final class RuleTests {
  /** Which rules run: an id, a prefix, or the name of a test's method. Unset: all. */
  public static final String RULE_PROPERTY = "jccl.rule";

  private RuleTests() {}

  /** Runs all rules against {@code subject}, or those that {@link #RULE_PROPERTY} names. */
  public static Stream<DynamicTest> of(Subject subject) {
    String rules = System.getProperty(RULE_PROPERTY);
    return rules == null ? of(subject, List.of()) : of(subject, rules);
  }

  /**
   * Runs the rules with one prefix ({@code COL}) or id ({@code COL-04}), or one test by its
   * method's name.
   *
   * @throws IllegalArgumentException if there is no such test
   */
  public static Stream<DynamicTest> of(Subject subject, String rules) {
    RuleIndex index = RuleIndex.load();
    List<String> methods =
        index.rules().stream()
            .filter(rule -> rule.equals(rules) || rule.startsWith(rules + "-"))
            .flatMap(rule -> index.methodsOf(rule).stream())
            .distinct()
            .toList();
    if (methods.isEmpty() && index.methods().contains(rules)) {
      methods = List.of(rules);
    }
    if (methods.isEmpty()) {
      throw new IllegalArgumentException(
          "no test shows '" + rules + "': name a rule (COL-04), a prefix (COL) or a test's method");
    }
    return of(subject, methods);
  }

  private static Stream<DynamicTest> of(Subject subject, List<String> methods) {
    return ConformanceRun.run(subject, methods, result -> {}).stream()
        .map(
            result ->
                DynamicTest.dynamicTest(
                    result.method(), source(result.method()), () -> judge(result)));
  }

  /** Where a test stands, in JUnit's form; null for what is no method. */
  private static @Nullable URI source(String method) {
    for (Class<?> suite : RuleSuites.all()) {
      for (Method each : suite.getMethods()) {
        if (each.getName().equals(method)) {
          String types =
              Arrays.stream(each.getParameterTypes()).map(Class::getName).collect(joining(","));
          return URI.create("method:" + suite.getName() + "#" + method + "(" + types + ")");
        }
      }
    }
    return null;
  }

  private static void judge(RuleResult result) {
    switch (result.outcome()) {
      case HELD -> {}
      case SKIPPED -> Assumptions.abort(result.words());
      case BROKEN -> Assertions.fail(result.words());
    }
  }
}
