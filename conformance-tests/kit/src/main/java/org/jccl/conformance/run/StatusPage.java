package org.jccl.conformance.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.run.RuleVerdict.Verdict;

/**
 * {@code docs/spec/STATUS.md}: for every rule what it showed where, made from the tables that runs
 * have left.
 */
public final class StatusPage {
  /** The columns, and the file of each. */
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("simulator", "rules-simulator.tsv");
    COLUMNS.put("loopback", "rules-loopback.tsv");
    COLUMNS.put("1 GPU", "rules-nccl-1.tsv");
    COLUMNS.put("2 GPUs", "rules-nccl-2.tsv");
    COLUMNS.put("2 GPUs, 2.29.7", "rules-nccl-2-2.29.7.tsv");
    COLUMNS.put("2 GPUs, 2.30.7", "rules-nccl-2-2.30.7.tsv");
    COLUMNS.put("4 GPUs", "rules-nccl-4.tsv");
  }

  private StatusPage() {}

  /** The page made from the tables in {@code folder}. */
  public static String page(Path folder) throws IOException {
    RuleBook book = RuleBook.load();
    Map<String, VerdictTable> tables = new LinkedHashMap<>();
    for (Map.Entry<String, String> column : COLUMNS.entrySet()) {
      Path file = folder.resolve(column.getValue());
      if (Files.exists(file)) {
        tables.put(column.getKey(), VerdictTable.read(file).without(younger(book, file)));
      }
    }
    StringBuilder page = new StringBuilder();
    page.append("# What was shown where\n\n");
    page.append("Generated from the tables that `./jccl verify` left (docs/reports/rules); do not");
    page.append(" edit.\n\n");
    page.append(
        "A dash means that the rule is younger than the run, or about a later version.\n\n");
    summary(page, tables);
    chapters(page, book, tables);
    return page.toString();
  }

  /** A rule that now begins with a later version says nothing about this run. */
  private static Predicate<String> younger(RuleBook book, Path file) throws IOException {
    int version = VerdictTable.read(file).version();
    Map<String, Integer> since =
        book.rules().stream().collect(Collectors.toMap(Rule::id, Rule::since));
    return id -> since.getOrDefault(id, 0) > version;
  }

  private static void summary(StringBuilder page, Map<String, VerdictTable> tables) {
    page.append("| run | what ran | passed | failed | skipped | untestable |\n");
    page.append("|---|---|---|---|---|---|\n");
    tables.forEach(
        (column, table) -> {
          page.append("| ").append(column).append(" | ").append(table.about()).append(" |");
          for (Verdict verdict : Verdict.values()) {
            long count =
                table.verdicts().values().stream().filter(v -> v.verdict() == verdict).count();
            page.append(' ').append(count).append(" |");
          }
          page.append('\n');
        });
  }

  /** The rules that the tables know, as the book calls them. */
  private static void chapters(
      StringBuilder page, RuleBook book, Map<String, VerdictTable> tables) {
    String chapter = "";
    for (Rule rule : book.rules()) {
      if (tables.values().stream().noneMatch(table -> table.verdicts().containsKey(rule.id()))) {
        continue;
      }
      if (!rule.chapter().equals(chapter)) {
        chapter = rule.chapter();
        page.append("\n## ").append(chapter).append("\n\n| rule | tests |");
        tables.keySet().forEach(column -> page.append(' ').append(column).append(" |"));
        page.append(" |\n|---|---|").append("---|".repeat(tables.size())).append("---|\n");
      }
      page.append(line(rule, tables));
    }
  }

  private static String line(Rule rule, Map<String, VerdictTable> tables) {
    StringBuilder line = new StringBuilder("| ").append(rule.id()).append(' ');
    line.append(rule.title().replace("|", "\\|")).append(" | ");
    line.append(tests(rule, tables)).append(" |");
    List<String> remarks = new ArrayList<>();
    tables.forEach(
        (column, table) -> {
          RuleVerdict verdict = table.verdicts().get(rule.id());
          line.append(' ').append(verdict == null ? "–" : sign(verdict)).append(" |");
          if (verdict != null
              && verdict.verdict() != Verdict.PASSED
              && !remarks.contains(verdict.words())) {
            remarks.add(verdict.words());
          }
        });
    String words = String.join("; ", remarks).replace("|", "\\|");
    return line.append(' ').append(words).append(" |\n").toString();
  }

  /** The most tests of a rule that some run ended. */
  private static int tests(Rule rule, Map<String, VerdictTable> tables) {
    return tables.values().stream()
        .map(table -> table.verdicts().get(rule.id()))
        .filter(Objects::nonNull)
        .mapToInt(RuleVerdict::tests)
        .max()
        .orElse(0);
  }

  private static String sign(RuleVerdict verdict) {
    return switch (verdict.verdict()) {
      case PASSED -> "passed";
      case FAILED -> "**FAILED**";
      case SKIPPED -> "not run";
      case UNTESTABLE -> "untestable";
    };
  }
}
