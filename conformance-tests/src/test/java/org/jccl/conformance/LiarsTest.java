package org.jccl.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.liars.FaultySubject;
import org.jccl.conformance.liars.Liar;
import org.jccl.conformance.liars.Liars;
import org.jccl.conformance.run.ConformanceRun;
import org.jccl.conformance.run.RuleIndex;
import org.jccl.conformance.run.RuleResult;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite can see: each liar breaks the rules that it should, and the failure says how. */
class LiarsTest {
  /** Fewer would mean that parts of the book are tested by tests that have never failed. */
  private static final int RULES_WITH_A_LIAR = 150;

  private static final RuleIndex INDEX = RuleIndex.load();

  @TestFactory
  Stream<DynamicTest> everyLiarIsFoundOut() {
    return Liars.all().stream()
        .map(liar -> DynamicTest.dynamicTest(liar.does(), () -> isFoundOut(liar)));
  }

  private static void isFoundOut(Liar liar) {
    List<String> methods =
        liar.caughtBy().keySet().stream().flatMap(rule -> tests(rule).stream()).distinct().toList();
    Map<String, RuleResult> results =
        ConformanceRun.run(new FaultySubject(liar), methods, result -> {}).stream()
            .collect(Collectors.toMap(RuleResult::method, result -> result, (one, two) -> one));

    liar.caughtBy()
        .forEach(
            (rule, phrase) ->
                assertThat(tests(rule).stream().map(results::get))
                    .as("%s, which must fail and say: %s", rule, phrase)
                    .anySatisfy(
                        result -> {
                          assertThat(result.outcome()).isEqualTo(Outcome.BROKEN);
                          assertThat(result.words()).contains(phrase);
                        }));
  }

  /** The tests of a rule, but for those that take seconds. */
  private static List<String> tests(String rule) {
    return INDEX.methodsOf(rule).stream().filter(test -> !test.contains("aPutAboveOneGiB")).toList();
  }

  @Test
  void theSuiteIsTested_inEveryChapterThatHasTests() {
    Set<String> rules = new TreeSet<>();
    Liars.all().forEach(liar -> rules.addAll(liar.caughtBy().keySet()));
    Set<Integer> chapters = RuleBook.load().rules().stream().map(rule -> Integer.valueOf(rule.chapter().split("\\.")[0])).collect(Collectors.toSet());

    assertThat(rules).hasSizeGreaterThanOrEqualTo(RULES_WITH_A_LIAR);
    assertThat(Liars.byChapter().keySet()).containsExactlyInAnyOrderElementsOf(chapters);
    assertThat(Liars.all()).extracting(Liar::does).doesNotHaveDuplicates();
  }
}
