package org.jccl.conformance.rules;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.CurrentRule;
import org.jccl.conformance.harness.CurrentSubject;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A suite whose tests are the rows of a table, one for a rule. */
public abstract class RowSuite extends Suite {
  private static final ScopedValue<Collection<String>> CHOSEN = ScopedValue.newInstance();
  private static final RuleBook BOOK = RuleBook.load();

  /** A suite about the current subject. */
  protected RowSuite() {}

  /**
   * A row.
   *
   * @param rule the rule that it shows: {@code SIM-01}
   * @param alsoShows the other rules that it shows
   */
  public record Row(String rule, List<String> alsoShows) {
    /** Copies the list. */
    public Row {
      alsoShows = List.copyOf(alsoShows);
    }

    /** The name of its test, with the title of the rule. */
    public String test() {
      Rule own = BOOK.rule(rule);
      StringBuilder name = new StringBuilder(own.verdict().name().toLowerCase(Locale.ROOT));
      name.append('_').append(rule.replace('-', '_')).append('_');
      String[] words = own.title().split("[^A-Za-z0-9]+");
      for (int i = 0; i < words.length; i++) {
        String first = words[i].substring(0, 1);
        name.append(i == 0 ? first.toLowerCase(Locale.ROOT) : first.toUpperCase(Locale.ROOT));
        name.append(words[i].substring(1));
      }
      return name.toString();
    }

    /** When it runs. */
    public Conditions conditions() {
      return Conditions.ofRule(rule);
    }
  }

  /** All rows. */
  public abstract List<Row> rows();

  /** Shows one row's rule. */
  protected abstract void show(String rule);

  /** Runs {@code body} with the rows of these tests alone; with all if there are none. */
  public static void choosing(Collection<String> tests, Runnable body) {
    ScopedValue.where(CHOSEN, tests).run(body);
  }

  @TestFactory
  final Stream<DynamicTest> everyRow() {
    Collection<String> chosen = CHOSEN.orElse(List.of());
    return rows().stream()
        .filter(row -> chosen.isEmpty() || chosen.contains(row.test()))
        .map(row -> DynamicTest.dynamicTest(row.test(), () -> run(row)));
  }

  private void run(Row row) {
    about(row.conditions(), row.conditions().on(CurrentSubject.get()));
    CurrentRule.during(
        row.test(),
        () -> {
          show(row.rule());
          return row;
        });
  }
}
