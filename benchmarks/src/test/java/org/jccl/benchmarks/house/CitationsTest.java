package org.jccl.benchmarks.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.conformance.book.RuleBook;
import org.junit.jupiter.api.Test;

/** What Java and Markdown point to is there: rules in the book, files behind links. */
class CitationsTest {
  private static final Pattern ID = Pattern.compile("\\b([A-Z][A-Z0-9]{1,4})-(\\d\\d)\\b");

  /** Sections of a reference that is no part of this repository. */
  private static final Pattern ELSEWHERE =
      Pattern.compile(
          "NUMERICS[ ,]|SEMANTICS[ ,]|numerics\\s+(\\* )?reference|[Aa]ppendix [A-Z]|[Ss]ections? \\d");

  /** A checksum, and what tests make up. */
  private static final Set<String> NO_RULES = Set.of("CRC", "XYZ");

  /** No prefix has so many rules: tests ask for it in vain. */
  private static final String NO_NUMBER = "99";

  private static final Pattern LINK =
      Pattern.compile("\\](?:\\(|: )([^)#:\\s]+)(?:#[^)\\s]*)?[)\n]");

  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]\\w+)`");

  @Test
  void everyCitedRuleIsInTheBook() {
    RuleBook book = RuleBook.load();
    List<String> lost =
        found(
            ID,
            match -> isRule(match) && !book.has(match.group()),
            Repository.texts(".java", ".md"));
    assertThat(lost).as("rules that are cited, but are not in docs/spec").isEmpty();
  }

  private static boolean isRule(Matcher id) {
    return !NO_RULES.contains(id.group(1)) && !id.group(2).equals(NO_NUMBER);
  }

  @Test
  void nothingIsCitedThatIsNotHere() {
    Map<String, String> texts = Repository.texts(".java", ".md");
    texts.keySet().removeIf(file -> file.endsWith("CitationsTest.java"));
    assertThat(found(ELSEWHERE, match -> true, texts)).isEmpty();
  }

  @Test
  void everyLinkLeadsToAFile() {
    List<String> broken = new ArrayList<>();
    Repository.texts(".md")
        .forEach(
            (file, text) -> {
              Path folder = Repository.root().resolve(file).getParent();
              Map<String, String> one = Map.of(file, text);
              broken.addAll(
                  found(LINK, match -> !Files.exists(folder.resolve(match.group(1))), one));
            });
    assertThat(broken).as("links in Markdown that lead nowhere").isEmpty();
  }

  /** The page for new readers; its links are checked above, these are the names beside them. */
  @Test
  void everyClassOfTheArchitectureExists() {
    Set<String> classes = new HashSet<>();
    for (String file : Repository.texts(".java").keySet()) {
      classes.add(file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length()));
    }
    String page = "docs/architecture.md";
    Map<String, String> text = Map.of(page, Repository.text(page));
    List<String> lost = found(CLASS, match -> !classes.contains(match.group(1)), text);
    assertThat(lost).as("classes that the architecture names and nobody has").isEmpty();
  }

  /** File, line and words of every match that {@code counts}. */
  private static List<String> found(
      Pattern pattern, Predicate<Matcher> counts, Map<String, String> texts) {
    List<String> found = new ArrayList<>();
    texts.forEach(
        (file, text) -> {
          Matcher match = pattern.matcher(text);
          while (match.find()) {
            if (counts.test(match)) {
              long line =
                  1 + text.substring(0, match.start()).chars().filter(c -> c == '\n').count();
              found.add(file + ":" + line + ": " + match.group());
            }
          }
        });
    return found;
  }
}
