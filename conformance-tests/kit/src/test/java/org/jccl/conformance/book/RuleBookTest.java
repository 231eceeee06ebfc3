package org.jccl.conformance.book;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.conformance.book.Rule.Safety;
import org.jccl.conformance.book.Rule.Surface;
import org.jccl.conformance.book.Rule.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleBookTest {
  private static final Set<String> CODES = Set.of("InvalidArgument", "InvalidUsage", "RemoteError");

  private final RuleBook book = RuleBook.load();

  @Test
  void everyIdIsThereOnceAndInOrder() {
    Map<String, List<Integer>> found =
        book.rules().stream()
            .collect(groupingBy(Rule::prefix, LinkedHashMap::new, mapping(Rule::number, toList())));
    assertThat(found)
        .allSatisfy(
            (prefix, numbers) ->
                assertThat(numbers)
                    .as(prefix)
                    .isEqualTo(IntStream.rangeClosed(1, numbers.size()).boxed().toList()));
  }

  @Test
  void aRuleSaysWhatItsEntrySays() {
    Rule rule = book.rule("ARG-25");
    assertThat(rule.chapter()).isEqualTo("8. Arguments, call by call");
    assertThat(rule.title()).isEqualTo("What Register checks up to 2.29");
    assertThat(rule.verdict()).isEqualTo(Verdict.REQUIRED);
    assertThat(rule.surface()).isEqualTo(Surface.RAW);
    assertThat(rule.gpus()).isEqualTo(1);
    assertThat(rule.safety()).isEqualTo(Safety.SAFE);
    assertThat(rule.process()).isFalse();
    assertThat(rule.text()).startsWith("A null or corrupt").contains("*Source:* src/register");
    assertThat(rule.untestable()).isEmpty();
    assertThat(rule.holdsIn(21901)).isTrue();
    assertThat(rule.holdsIn(22907)).isTrue();
    assertThat(rule.holdsIn(23003)).isFalse();
    assertThat(book.rule("ENV-01").process()).isTrue();
    assertThat(book.rule("SIM-01").simulatorOnly()).isTrue();
    assertThat(book.rule("TREE-04").simulatorOnly()).isTrue();
    assertThat(book.rule("TREE-04").gpus()).isEqualTo(8);
    assertThat(book.rule("VER-04").untestable()).startsWith("it takes two different builds");
    assertThat(book.chapter("DIF")).hasSize(4).first().isEqualTo(book.rule("DIF-01"));
    assertThat(book.has("XYZ-26")).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> book.rule("XYZ-26"));
  }

  @Test
  void everyRuleNamesItsSource() {
    assertThat(book.rules())
        .filteredOn(rule -> !rule.prefix().equals("SIM"))
        .allMatch(rule -> rule.text().contains("*Source:*"));
  }

  @Test
  void everyMisuseHasAReportAndALegalNeighbour() {
    assertThat(book.chapter("SIM"))
        .allMatch(rule -> rule.verdict() == Verdict.REQUIRED)
        .allMatch(rule -> rule.text().contains("*NCCL:*"))
        .allMatch(rule -> rule.text().contains("*Legal neighbour:*"))
        .allSatisfy(rule -> assertThat(reports(rule)).isNotEmpty());
  }

  @Test
  void everyKindOfMisuseIsInTheBook() {
    Set<String> reported = new LinkedHashSet<>();
    book.chapter("SIM").forEach(rule -> reported.addAll(reports(rule)));
    Set<String> kinds = new LinkedHashSet<>();
    Stream.of(MisuseKind.values()).forEach(kind -> kinds.add(kind.name()));
    reported.removeAll(CODES);
    assertThat(reported).isEqualTo(kinds);
  }

  /** The kinds and codes in the paragraph that says what the simulator reports. */
  private static List<String> reports(Rule rule) {
    List<String> words = new ArrayList<>();
    for (String paragraph : rule.text().split("\n\n")) {
      if (paragraph.startsWith("*Simulator:*")) {
        words.addAll(Arrays.asList(paragraph.split("`")));
      }
    }
    List<String> reports = new ArrayList<>();
    for (int i = 1; i < words.size(); i += 2) {
      reports.add(words.get(i));
    }
    return reports;
  }

  @Test
  void nearlyAllThatIsSafeIsTested() {
    List<Rule> safe =
        book.rules().stream().filter(rule -> rule.safety().compareTo(Safety.LEAK) <= 0).toList();
    List<Rule> untestable =
        safe.stream().filter(rule -> rule.verdict() == Verdict.UNTESTABLE).toList();
    assertThat(untestable).hasSizeLessThan(safe.size() / 20);
  }

  @Test
  void theTableOfChaptersNamesThemAll() {
    List<String> readme = RuleBook.text("README.md").lines().toList();
    for (String file : RuleBook.CHAPTERS) {
      List<Rule> rules = RuleBook.parse(file, RuleBook.text(file)).rules();
      String prefixes = String.join(", ", rules.stream().map(Rule::prefix).distinct().toList());
      String title = rules.getFirst().chapter();
      assertThat(readme).contains("| [" + title + "](" + file + ") | " + prefixes + " |");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '"',
      value = {
        "COL-2 Short number ~ `required` `both` `since 2.19.1` `1 GPU` `safe` ~ 3 ~ XYZ-01",
        "COL-02 ~ `required` `both` `since 2.19.1` `1 GPU` `safe` ~ 3 ~ XYZ-01",
        "COL-02 T ~ `certain` `both` `since 2.19.1` `1 GPU` `safe` ~ 5 ~ verdict",
        "COL-02 T ~ `required` `all` `since 2.19.1` `1 GPU` `safe` ~ 5 ~ surface",
        "COL-02 T ~ `required` `both` `since 2.19` `1 GPU` `safe` ~ 5 ~ since X.Y.Z",
        "COL-02 T ~ `required` `both` `since 1.19.1` `1 GPU` `safe` ~ 5 ~ since X.Y.Z",
        "COL-02 T ~ `required` `both` `since 2.19.1` `1 GPUs` `safe` ~ 5 ~ 'simulator'",
        "COL-02 T ~ `required` `both` `since 2.19.1` `1 GPU` ~ 5 ~ safety",
        "COL-02 T ~ `required` `both` `since 2.19.1` `1 GPU` `safe` `now` ~ 5 ~ until X.Y.Z",
        "COL-02 T ~ `required` `both` `since 2.19.1` `1 GPU` `safe` `until 2.30.3` `x` ~ 5 ~ no"
            + " field",
        "COL-02 T ~ `required`, `both` `since 2.19.1` `1 GPU` `safe` ~ 5 ~ backticks",
        "COL-02 T ~ `untestable` `both` `since 2.19.1` `1 GPU` `safe` ~ 8 ~ reason",
      })
  void aMalformedEntryIsNamed(String heading, String fields, int line, String expected) {
    String text = "# 6. Collectives\n\n### " + heading + "\n\n" + fields + "\n\nIt does nothing.\n";
    assertThatIllegalStateException()
        .isThrownBy(() -> RuleBook.parse("06.md", text))
        .withMessageStartingWith("06.md:" + line + ": expected ")
        .withMessageContaining(expected);
  }

  @Test
  void anEntryNeedsText() {
    String fields = "`required` `both` `since 2.19.1` `1 GPU` `safe`";
    String entry = "### COL-02 T\n\n" + fields;
    assertThatIllegalStateException()
        .isThrownBy(() -> RuleBook.parse("06.md", "# 6. C\n\n" + entry + "\n"))
        .withMessageContaining("the text of COL-02");
    assertThatIllegalStateException()
        .isThrownBy(() -> RuleBook.parse("06.md", "# 6. C\n\n### COL-02 T\n"))
        .withMessageContaining("06.md:4: expected verdict");
    assertThatIllegalStateException()
        .isThrownBy(() -> RuleBook.parse("06.md", entry + "\n\nText.\n"))
        .withMessageContaining("06.md:1: expected '# N. Title'");
    assertThatIllegalStateException()
        .isThrownBy(
            () -> RuleBook.parse("06.md", "# 6. C\n\n" + (entry + "\n\nText.\n\n").repeat(2)))
        .withMessageContaining("expected each id once, found again: COL-02 T");
  }
}
