package org.jccl.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.Rule.Verdict;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.run.RuleIndex;
import org.junit.jupiter.api.Test;

/** With the rules of this module each one of the book has a test. */
class EveryRuleTest {
  @Test
  void everyTestableRuleHasATest() {
    RuleIndex index = RuleIndex.load();
    List<String> without =
        RuleBook.load().rules().stream()
            .filter(rule -> rule.verdict() != Verdict.UNTESTABLE)
            .map(Rule::id)
            .filter(id -> index.methodsOf(id).isEmpty())
            .toList();
    assertThat(without).as("rules of docs/spec that no test names").isEmpty();
  }
}
