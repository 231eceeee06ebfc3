package org.jccl.conformance.book;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rules of {@code docs/spec}, which lie on the class path. */
public final class RuleBook {
  /** The files with rules, in reading order. */
  public static final List<String> CHAPTERS =
      List.of(
          "01-types-and-reductions.md",
          "02-creation.md",
          "03-lifecycle.md",
          "04-groups.md",
          "05-point-to-point.md",
          "06-collectives.md",
          "07-streams.md",
          "08-arguments.md",
          "09-memory.md",
          "10-environment.md",
          "11-misuse.md",
          "12-differential.md",
          "13-numerics.md");

  private final Map<String, Rule> rules = new LinkedHashMap<>();

  private RuleBook() {}

  /** The whole book. */
  public static RuleBook load() {
    RuleBook book = new RuleBook();
    for (String file : CHAPTERS) {
      book.add(file, text(file));
    }
    return book;
  }

  /** One chapter, from its text; {@code file} is what errors call it. */
  static RuleBook parse(String file, String text) {
    RuleBook book = new RuleBook();
    book.add(file, text);
    return book;
  }

  private void add(String file, String text) {
    for (Rule rule : new ChapterReader(file, text.lines().toList()).rules()) {
      if (rules.putIfAbsent(rule.id(), rule) != null) {
        throw new IllegalStateException(file + ": expected each id once, found again: " + rule);
      }
    }
  }

  /** The text of one file of the book: a chapter, or {@code README.md}. */
  public static String text(String file) {
    try (InputStream in = RuleBook.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the rule book's " + file + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All rules in reading order. */
  public List<Rule> rules() {
    return List.copyOf(rules.values());
  }

  /** The rule of an id such as {@code COL-02}. */
  public Rule rule(String id) {
    Rule rule = rules.get(id);
    if (rule == null) {
      throw new IllegalArgumentException("the rule book has no " + id);
    }
    return rule;
  }

  /**
   * The rules that a word means: an id ({@code COL-04}), a prefix ({@code COL}) or the number of a
   * chapter ({@code 6}), in capitals or small letters; none if it means none.
   */
  public List<Rule> selected(String word) {
    String id = word.toUpperCase(Locale.ROOT);
    return rules.values().stream()
        .filter(
            rule ->
                rule.id().equals(id)
                    || rule.prefix().equals(id)
                    || rule.chapter().startsWith(id + "."))
        .toList();
  }

  /** Whether the book has a rule of this id. */
  public boolean has(String id) {
    return rules.containsKey(id);
  }

  /** The rules of one prefix such as {@code COL}, in reading order. */
  public List<Rule> chapter(String prefix) {
    List<Rule> found = new ArrayList<>(rules.values());
    found.removeIf(rule -> !rule.prefix().equals(prefix));
    return Collections.unmodifiableList(found);
  }
}
