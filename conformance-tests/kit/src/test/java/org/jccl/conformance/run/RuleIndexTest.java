package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.Property;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.Rule.Verdict;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.rules.AlsoShows;
import org.junit.jupiter.api.Test;

/** The book and the tests are about the same rules. */
class RuleIndexTest {
  private final RuleBook book = RuleBook.load();
  private final RuleIndex index = RuleIndex.load();

  /** Chapter 12 is contributed by another module, which looks after it. */
  @Test
  void everyTestableRuleHasATest() {
    List<String> without =
        book.rules().stream()
            .filter(rule -> rule.verdict() != Verdict.UNTESTABLE && !rule.prefix().equals("DIF"))
            .map(Rule::id)
            .filter(id -> index.methodsOf(id).isEmpty())
            .toList();
    assertThat(without).as("rules of docs/spec that no test names").isEmpty();
  }

  @Test
  void everyTestIsAboutRulesOfTheBook() {
    List<String> unknown = index.rules().stream().filter(id -> !book.has(id)).toList();
    assertThat(unknown)
        .as("rules that tests name and docs/spec does not have: %s", testsOf(unknown))
        .isEmpty();
  }

  @Test
  void untestableRulesHaveNoTest() {
    List<String> tested =
        book.rules().stream()
            .filter(rule -> rule.verdict() == Verdict.UNTESTABLE)
            .map(Rule::id)
            .filter(id -> !index.methodsOf(id).isEmpty())
            .toList();
    assertThat(tested)
        .as("rules that docs/spec calls untestable, yet tests show them: %s", testsOf(tested))
        .isEmpty();
  }

  /** A rule that NCCL leaves open must not be required by a test, nor the other way round. */
  @Test
  void testsAreCalledByTheVerdictOfTheirRule() {
    List<String> wrong =
        index.methods().stream()
            .filter(
                method -> {
                  String rule = Rule.idIn(method).orElseThrow();
                  boolean open = book.has(rule) && book.rule(rule).verdict() == Verdict.OPTIONAL;
                  return open != method.startsWith("optional_");
                })
            .toList();
    assertThat(wrong).as("tests called required_ of an optional rule, or optional_").isEmpty();
  }

  @Test
  void everyTestOfASuiteIsInTheIndex() {
    List<String> lost = new ArrayList<>();
    for (Class<?> suite : RuleSuites.all()) {
      for (Method method : suite.getMethods()) {
        boolean test =
            method.isAnnotationPresent(Example.class) || method.isAnnotationPresent(Property.class);
        if (test && !index.methods().contains(method.getName())) {
          lost.add(suite.getSimpleName() + "." + method.getName());
        }
      }
    }
    assertThat(lost).as("tests whose names do not say their rule").isEmpty();
  }

  @Test
  void oneTestMayShowSeveralRules() {
    RuleIndex two = RuleIndex.of(List.of(Two.class));
    assertThat(two.methods()).containsExactly("required_COL_01_one", "required_COL_02_other");
    assertThat(two.methodsOf("COL-02"))
        .containsExactly("required_COL_01_one", "required_COL_02_other");
    assertThat(two.rules()).containsExactly("COL-01", "COL-02");
    assertThat(two.methodsOf("COL-03")).isEmpty();
  }

  @Test
  void namesOfTestsAreUnique() {
    assertThat(index.methods()).doesNotHaveDuplicates();
    assertThatIllegalStateException()
        .isThrownBy(() -> RuleIndex.of(Arrays.asList(Two.class, Again.class)))
        .withMessageContaining("required_COL_02_other");
  }

  private String testsOf(List<String> rules) {
    return rules.stream().map(rule -> rule + " in " + index.methodsOf(rule)).toList().toString();
  }

  /** A suite of two tests. */
  public static class Two {
    @AlsoShows("COL-02")
    public void required_COL_01_one() {}

    public void required_COL_02_other() {}

    public void helper() {}
  }

  /** A suite that has one of them, too. */
  public static class Again {
    public void required_COL_02_other() {}
  }
}
