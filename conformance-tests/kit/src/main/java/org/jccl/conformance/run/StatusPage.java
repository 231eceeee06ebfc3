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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    COLUMNS.put("4 GPUs", "rules-nccl-4.tsv");
  }

  /** Runs of libraries on GPUs, whatever their version and number of GPUs. */
  private static final Pattern ON_GPUS = Pattern.compile("rules-nccl-.*\\.tsv");

  /** Runs that imitate one release. */
  private static final Pattern IMITATED = Pattern.compile("rules-(simulator|loopback)-.*\\.tsv");

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
    Map<String, VerdictTable> others = others(folder, book);
    StringBuilder page = new StringBuilder();
    page.append("# What was shown where\n\n");
    page.append("Generated from the tables that `./jccl verify` left (docs/reports/rules); do not");
    page.append(" edit.\n\n");
    page.append(
        "A dash means that the rule is younger than the run, or not about that release.\n\n");
    Map<String, VerdictTable> all = new LinkedHashMap<>(tables);
    all.putAll(others);
    summary(page, all);
    Releases releases = new Releases(onGpus(folder, book));
    releases.table(page, book);
    chapters(page, book, tables, releases);
    return page.toString();
  }

  /** The runs of other releases, which have no column of their own. */
  private static Map<String, VerdictTable> others(Path folder, RuleBook book) throws IOException {
    Map<String, VerdictTable> others = new LinkedHashMap<>();
    for (Path file : files(folder, IMITATED)) {
      others.put(named(file, "rules-"), VerdictTable.read(file).without(younger(book, file)));
    }
    for (Path file : files(folder, ON_GPUS)) {
      if (!COLUMNS.containsValue(file.getFileName().toString())) {
        String gpus = named(file, "rules-nccl-");
        others.put(
            gpus.replaceFirst("-", gpus.startsWith("1-") ? " GPU, " : " GPUs, "),
            VerdictTable.read(file).without(younger(book, file)));
      }
    }
    return others;
  }

  private static String named(Path file, String before) {
    return file.getFileName().toString().substring(before.length()).replaceFirst("\\.tsv$", "");
  }

  private static List<VerdictTable> onGpus(Path folder, RuleBook book) throws IOException {
    List<VerdictTable> tables = new ArrayList<>();
    for (Path file : files(folder, ON_GPUS)) {
      tables.add(VerdictTable.read(file).without(younger(book, file)));
    }
    return tables;
  }

  private static List<Path> files(Path folder, Pattern names) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> names.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
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
      StringBuilder page, RuleBook book, Map<String, VerdictTable> tables, Releases releases) {
    String chapter = "";
    for (Rule rule : book.rules()) {
      if (tables.values().stream().noneMatch(table -> table.verdicts().containsKey(rule.id()))) {
        continue;
      }
      if (!rule.chapter().equals(chapter)) {
        chapter = rule.chapter();
        page.append("\n## ").append(chapter).append("\n\n| rule | tests |");
        tables.keySet().forEach(column -> page.append(' ').append(column).append(" |"));
        releases.names().forEach(name -> page.append(' ').append(name).append(" |"));
        int columns = tables.size() + releases.names().size();
        page.append(" |\n|---|---|").append("---|".repeat(columns)).append("---|\n");
      }
      page.append(line(rule, tables, releases));
    }
  }

  private static String line(Rule rule, Map<String, VerdictTable> tables, Releases releases) {
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
    releases.signs(rule).forEach(sign -> line.append(' ').append(sign).append(" |"));
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
