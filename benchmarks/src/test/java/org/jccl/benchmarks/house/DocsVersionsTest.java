package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.ops.NcclFunction;
import org.junit.jupiter.api.Test;

/** docs/versions.md tells of every rule that a release brought or ended. */
class DocsVersionsTest {
  private static final int FIRST = 21901;
  private final String page = Repository.text("docs/versions.md");

  @Test
  void everyRuleThatCameOrWent_isOnThePage() {
    List<String> missing = new ArrayList<>();
    for (Rule rule : RuleBook.load().rules()) {
      boolean changed = rule.since() > FIRST || rule.until() < Integer.MAX_VALUE;
      if (changed && !page.contains(rule.id())) {
        missing.add(rule.id() + ", since " + NcclFunction.text(rule.since()));
      }
    }
    assertThat(missing).isEmpty();
  }
}
