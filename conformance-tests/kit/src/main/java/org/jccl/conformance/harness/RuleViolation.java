package org.jccl.conformance.harness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A subject broke a rule; the message names the rule and what each rank saw. */
public final class RuleViolation extends AssertionError {
  private static final long serialVersionUID = 1L;
  private static final int MAX_PROBLEMS = 12;

  private final transient List<String> problems;

  RuleViolation(String rule, int ranks, List<String> problems, @Nullable Throwable cause) {
    super(text(rule, ranks, problems), cause);
    this.problems = problems;
  }

  private static String text(String rule, int ranks, List<String> problems) {
    StringBuilder text = new StringBuilder(rule).append(", ").append(ranks);
    text.append(ranks == 1 ? " rank: " : " ranks: ").append(problems.size());
    text.append(problems.size() == 1 ? " problem" : " problems");
    problems.stream().limit(MAX_PROBLEMS).forEach(each -> text.append("\n  ").append(each));
    if (problems.size() > MAX_PROBLEMS) {
      text.append("\n  and ").append(problems.size() - MAX_PROBLEMS).append(" more");
    }
    return text.toString();
  }

  /** One line or more for each thing that was wrong. */
  public List<String> problems() {
    return problems;
  }
}
