package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.Colors;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jccl.conformance.run.RuleVerdict.Verdict;
import org.junit.jupiter.api.Test;

/** Many tests, one verdict. */
class RuleVerdictTest {
  private static final RuleBook BOOK = RuleBook.load();
  private static final Rule RULE = BOOK.rule("COL-02");

  private static RuleResult result(String name, Outcome outcome, String words) {
    return new RuleResult("required_COL_02_" + name, outcome, 10, words);
  }

  @Test
  void allThatRanHeld() {
    RuleVerdict verdict =
        RuleVerdict.of(
            RULE,
            List.of(
                result("a", Outcome.HELD, ""),
                result("b", Outcome.SKIPPED, "needs 4 ranks"),
                result("c", Outcome.HELD, "")));
    assertThat(verdict).isEqualTo(new RuleVerdict("COL-02", Verdict.PASSED, 2, 30, ""));
    assertThat(verdict.line(RULE, Colors.OFF)).isEqualTo("passed     COL-02  " + RULE.title());
  }

  @Test
  void oneBrokenTestIsEnough() {
    RuleVerdict verdict =
        RuleVerdict.of(
            RULE,
            List.of(
                result("a", Outcome.HELD, ""),
                result("b", Outcome.BROKEN, "first\nmore"),
                result("c", Outcome.BROKEN, "second")));
    assertThat(verdict)
        .isEqualTo(
            new RuleVerdict("COL-02", Verdict.FAILED, 3, 30, "required_COL_02_b: first\nmore"));
    assertThat(verdict.line(RULE, Colors.OFF))
        .isEqualTo("failed     COL-02  required_COL_02_b: first");
  }

  @Test
  void nothingRan() {
    assertThat(
            RuleVerdict.of(
                RULE,
                List.of(
                    result("a", Outcome.SKIPPED, "needs 2 ranks"),
                    result("b", Outcome.SKIPPED, "not run"))))
        .isEqualTo(new RuleVerdict("COL-02", Verdict.SKIPPED, 0, 20, "needs 2 ranks"));
    assertThat(RuleVerdict.of(RULE, List.of()))
        .isEqualTo(new RuleVerdict("COL-02", Verdict.SKIPPED, 0, 0, "no test shows it"));
  }

  @Test
  void untestableRulesSayWhy() {
    RuleVerdict verdict = RuleVerdict.of(BOOK.rule("VER-04"), List.of());
    assertThat(verdict.verdict()).isEqualTo(Verdict.UNTESTABLE);
    assertThat(verdict.words()).startsWith("it takes two different builds").doesNotContain("\n");
  }

  @Test
  void aTestCountsForEveryRuleThatItShows() {
    RuleIndex index = RuleIndex.of(List.of(RuleIndexTest.Two.class));
    List<Rule> rules = List.of(BOOK.rule("COL-02"), BOOK.rule("COL-01"), BOOK.rule("COL-03"));
    Map<String, RuleResult> results =
        Map.of(
            "required_COL_01_one",
            new RuleResult("required_COL_01_one", Outcome.BROKEN, 3, "no"),
            "required_COL_02_other",
            new RuleResult("required_COL_02_other", Outcome.HELD, 4, ""));
    assertThat(RuleVerdict.of(rules, index, 22809, results))
        .containsExactly(
            new RuleVerdict("COL-02", Verdict.FAILED, 2, 7, "required_COL_01_one: no"),
            new RuleVerdict("COL-01", Verdict.FAILED, 1, 3, "required_COL_01_one: no"),
            new RuleVerdict("COL-03", Verdict.SKIPPED, 0, 0, "no test shows it"));
  }
}
