package org.jccl.conformance.run;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jccl.conformance.liars.FaultySubject;
import org.jccl.conformance.liars.Liar;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** Liars as tests of a build: each must break its rules, and the failures must say how. */
public final class LiarTests {
  /** A test that takes seconds, beside another one of its rule. */
  private static final String SLOW = "aPutAboveOneGiB";

  private LiarTests() {}

  /** A test for each liar. */
  public static Stream<DynamicTest> of(Collection<Liar> liars) {
    RuleIndex index = RuleIndex.load();
    return liars.stream()
        .map(liar -> DynamicTest.dynamicTest(liar.does(), () -> isFoundOut(liar, index)));
  }

  private static void isFoundOut(Liar liar, RuleIndex index) {
    List<String> methods =
        liar.caughtBy().keySet().stream()
            .flatMap(rule -> index.methodsOf(rule).stream())
            .filter(method -> !method.contains(SLOW))
            .distinct()
            .toList();
    List<RuleResult> results = ConformanceRun.run(new FaultySubject(liar), methods, result -> {});
    liar.caughtBy()
        .forEach(
            (rule, phrase) -> {
              List<String> tests = index.methodsOf(rule);
              List<RuleResult> own =
                  results.stream().filter(each -> tests.contains(each.method())).toList();
              boolean caught =
                  own.stream()
                      .filter(each -> each.outcome() == Outcome.BROKEN)
                      .anyMatch(each -> each.words().contains(phrase));
              if (!caught) {
                Assertions.fail(rule + " does not fail with '" + phrase + "', but: " + own);
              }
            });
  }
}
