package org.jccl.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.liars.Liar;
import org.jccl.conformance.liars.Liars;
import org.jccl.conformance.run.LiarTests;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite can see: each liar breaks the rules that it should, and the failure says how. */
class LiarsTest {
  /** Fewer would mean that parts of the book are shown by tests that have never failed. */
  private static final int RULES_WITH_A_LIAR = 150;

  @TestFactory
  Stream<DynamicTest> everyLiarIsFoundOut() {
    return LiarTests.of(
        Liars.ofTheBook());
  }

  @Test
  void theSuiteIsTested_inEveryChapter() {
    Set<String> rules = new TreeSet<>();
    Set<Integer> chapters = new TreeSet<>();
    Liars.all().forEach(liar -> rules.addAll(liar.caughtBy().keySet()));
    RuleBook.load()
        .rules()
        .forEach(rule -> chapters.add(Integer.valueOf(rule.chapter().split("\\.")[0])));

    assertThat(rules).hasSizeGreaterThanOrEqualTo(RULES_WITH_A_LIAR);
    chapters.remove(11); // its liars are about reports
    assertThat(Liars.byChapter()).containsOnlyKeys(chapters);
    assertThat(Liars.all()).extracting(Liar::does).doesNotHaveDuplicates();
  }
}
