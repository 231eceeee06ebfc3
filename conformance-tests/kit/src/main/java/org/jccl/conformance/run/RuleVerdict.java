package org.jccl.conformance.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.harness.Colors;
import org.jccl.conformance.run.RuleResult.Outcome;

/**
 * What all tests of one rule have shown together.
 *
 * @param rule its id
 * @param verdict what came out
 * @param tests how many of its tests ran to an end
 * @param millis how long they took
 * @param words the failure, or why it was not shown; else empty
 */
public record RuleVerdict(String rule, Verdict verdict, int tests, long millis, String words) {
  /** What can come out. */
  public enum Verdict {
    /** At least one test ran, and none failed. */
    PASSED,
    /** A test failed. */
    FAILED,
    /** No test could run here. */
    SKIPPED,
    /** No test can show it, anywhere. */
    UNTESTABLE
  }

  /** The verdict on {@code rule} from the results of those of its tests that were run. */
  static RuleVerdict of(Rule rule, List<RuleResult> results) {
    if (rule.verdict() == Rule.Verdict.UNTESTABLE) {
      return new RuleVerdict(
          rule.id(), Verdict.UNTESTABLE, 0, 0, rule.untestable().replaceAll("\\s+", " "));
    }
    long millis = results.stream().mapToLong(RuleResult::millis).sum();
    List<RuleResult> broken = having(results, Outcome.BROKEN);
    List<RuleResult> held = having(results, Outcome.HELD);
    List<RuleResult> skipped = having(results, Outcome.SKIPPED);
    if (!broken.isEmpty()) {
      RuleResult first = broken.getFirst();
      String words = first.method() + ": " + first.words();
      return new RuleVerdict(rule.id(), Verdict.FAILED, broken.size() + held.size(), millis, words);
    }
    String why = skipped.isEmpty() ? "no test shows it" : skipped.getFirst().words();
    return held.isEmpty()
        ? new RuleVerdict(rule.id(), Verdict.SKIPPED, 0, millis, why)
        : new RuleVerdict(rule.id(), Verdict.PASSED, held.size(), millis, "");
  }

  private static List<RuleResult> having(List<RuleResult> results, Outcome outcome) {
    return results.stream().filter(each -> each.outcome() == outcome).toList();
  }

  /**
   * The verdicts on {@code rules}, in their order, from all results of a run on a library of {@code
   * version}.
   */
  static List<RuleVerdict> of(
      List<Rule> rules, RuleIndex index, int version, Map<String, RuleResult> results) {
    List<RuleVerdict> verdicts = new ArrayList<>();
    for (Rule rule : rules) {
      List<RuleResult> own = new ArrayList<>();
      for (String method : index.methodsOf(rule, version)) {
        RuleResult result = results.get(method);
        if (result != null) {
          own.add(result);
        }
      }
      verdicts.add(of(rule, own));
    }
    return verdicts;
  }

  /** The first line of {@link #words}. */
  String head() {
    return words.lines().findFirst().orElse("");
  }

  /** One line for people. */
  String line(Rule of, Colors colors) {
    String word = "%-10s".formatted(verdict.name().toLowerCase(Locale.ROOT));
    String outcome =
        switch (verdict) {
          case PASSED -> colors.good(word);
          case FAILED -> colors.bad(word);
          case SKIPPED, UNTESTABLE -> colors.open(word);
        };
    String about = verdict == Verdict.PASSED ? of.title() : head();
    return "%s %-7s %s".formatted(outcome, rule, about);
  }
}
