package org.jccl.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.liars.Liar;
import org.jccl.conformance.liars.Liars;
import org.jccl.conformance.run.LiarTests;
import org.jccl.conformance.run.RuleIndex;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite can see: each liar breaks the rules that it should, and the failure says how. */
class LiarsTest {
  /** Fewer would mean that parts of the book are shown by tests that have never failed. */
  private static final int RULES_WITH_A_LIAR = 150;

  @TestFactory
  Stream<DynamicTest> everyLiarIsFoundOut() {
    return LiarTests.of(Liars.ofTheBook());
  }

  @Test
  void theSuiteIsTested_inEveryChapterThatHasTests() {
    Set<String> rules = new TreeSet<>();
    Set<Integer> chapters = new TreeSet<>();
    Liars.all().forEach(liar -> rules.addAll(liar.caughtBy().keySet()));
    RuleBook book = RuleBook.load();
    RuleIndex.load().rules().forEach(id -> chapters.add(chapterOf(book.rule(id))));

    assertThat(rules).hasSizeGreaterThanOrEqualTo(RULES_WITH_A_LIAR);
    chapters.remove(11); // its liars are about reports
    assertThat(Liars.byChapter().keySet()).containsAll(chapters);
    assertThat(Liars.all()).extracting(Liar::does).doesNotHaveDuplicates();
  }

  private static int chapterOf(Rule rule) {
    return Integer.parseInt(rule.chapter().split("\\.")[0]);
  }
}
