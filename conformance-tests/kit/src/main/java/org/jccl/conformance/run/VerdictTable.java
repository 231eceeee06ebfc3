package org.jccl.conformance.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.conformance.run.RuleVerdict.Verdict;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;

/**
 * The file that a run leaves: what was tested, then a line a rule, fields divided by tabs.
 *
 * @param subject short name of what was tested
 * @param about what it can do, and how long the run took
 * @param verdicts the rules' verdicts by id
 */
public record VerdictTable(String subject, String about, Map<String, RuleVerdict> verdicts) {
  private static final Pattern VERSION = Pattern.compile("NCCL (\\d{5})");
  private static final int MOST_BYTES = 64 << 20;
  private static final String HEAD = "rule\tverdict\ttests\tmillis\twords";

  static void write(
      Path file, String subject, String about, long seconds, List<RuleVerdict> verdicts)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# " + subject);
    lines.add("# " + about + "; " + seconds + " s");
    lines.add(HEAD);
    for (RuleVerdict each : verdicts) {
      String verdict = each.verdict().name().toLowerCase(Locale.ROOT);
      String words = each.head().replace('\t', ' ');
      lines.add(
          String.join("\t", each.rule(), verdict, "" + each.tests(), "" + each.millis(), words));
    }
    WholeFile.write(file, String.join("\n", lines) + "\n");
  }

  /** The single tests of a run, a line each. */
  static void writeTests(Path file, Collection<RuleResult> results) throws IOException {
    List<String> lines = new ArrayList<>();
    for (RuleResult each : results) {
      String outcome = each.outcome().name().toLowerCase(Locale.ROOT);
      String words = each.words().lines().findFirst().orElse("").replace('\t', ' ');
      lines.add(String.join("\t", each.rule(), outcome, "" + each.millis(), each.method(), words));
    }
    lines.sort(null);
    lines.addFirst("rule\toutcome\tmillis\ttest\twords");
    WholeFile.write(file, String.join("\n", lines) + "\n");
  }

  /**
   * Reads a file that {@link #write} wrote.
   *
   * @throws IOException if it is another file; it names the line
   */
  public static VerdictTable read(Path file) throws IOException {
    List<String> lines = BoundedFile.lines(file, MOST_BYTES);
    if (lines.size() < 3 || !lines.get(2).equals(HEAD)) {
      throw new IOException(file + ", line 3: this is no table of verdicts");
    }
    Map<String, RuleVerdict> verdicts = new LinkedHashMap<>();
    for (int i = 3; i < lines.size(); i++) {
      try {
        RuleVerdict verdict = verdict(lines.get(i));
        verdicts.put(verdict.rule(), verdict);
      } catch (IllegalArgumentException malformed) {
        throw new IOException(file + ", line " + (i + 1) + ": " + malformed.getMessage());
      }
    }
    return new VerdictTable(heading(file, lines, 0), heading(file, lines, 1), verdicts);
  }

  /** The version code of the library that was tested; the largest int if it is not told. */
  int version() {
    Matcher version = VERSION.matcher(about);
    return version.find() ? Integer.parseInt(version.group(1)) : Integer.MAX_VALUE;
  }

  /** The same without some rules that did not pass. */
  VerdictTable without(Predicate<String> rules) {
    Map<String, RuleVerdict> others = new LinkedHashMap<>(verdicts);
    others.values().removeIf(each -> each.verdict() == Verdict.FAILED && rules.test(each.rule()));
    return new VerdictTable(subject, about, others);
  }

  private static String heading(Path file, List<String> lines, int at) throws IOException {
    if (!lines.get(at).startsWith("# ")) {
      throw new IOException(file + ", line " + (at + 1) + ": expected '# ' and words");
    }
    return lines.get(at).substring(2);
  }

  private static RuleVerdict verdict(String line) {
    String[] fields = line.split("\t", 5);
    if (fields.length < 5) {
      throw new IllegalArgumentException("expected 5 fields");
    }
    return new RuleVerdict(
        fields[0],
        Verdict.valueOf(fields[1].toUpperCase(Locale.ROOT)),
        Integer.parseInt(fields[2]),
        Long.parseLong(fields[3]),
        fields[4]);
  }
}
