package org.jccl.conformance.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Options;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.rules.Conditions;
import org.jccl.conformance.run.RuleVerdict.Verdict;

/** Shows rules of the book on one backend, in processes of their own, and says what came out. */
public final class VerifyRun {
  /** No rule was broken, as far as they could be shown. */
  public static final int OK = 0;

  /** At least one rule was broken. */
  public static final int BROKEN = 1;

  private final RuleBook book = RuleBook.load();
  private final RuleIndex index = RuleIndex.load();
  private final RunScreen out;
  private final Map<String, RuleResult> results = new LinkedHashMap<>();
  private int tests;

  /** {@code out} gets a line a rule and the totals. */
  public VerifyRun(RunScreen out) {
    this.out = out;
  }

  /**
   * Shows rules on one backend.
   *
   * @param backend {@code sim}, {@code sim-free}, {@code loopback} or {@code nccl}
   * @param wanted ids ({@code COL-04}), prefixes ({@code COL}) or numbers of chapters ({@code 6});
   *     the whole book if there are none
   * @param folder where {@code rules-NAME.tsv}, {@code tests-NAME.tsv} and the log go
   * @return {@link #OK} or {@link #BROKEN}
   * @throws IllegalArgumentException if there is no such backend, rule or chapter
   * @throws org.jccl.BackendUnavailableException if the backend cannot be opened here
   * @throws IOException if the folder cannot be written
   */
  public int run(String backend, List<String> wanted, Path folder) throws IOException {
    return run(backend, wanted, folder, 0);
  }

  /**
   * The same with a process for each rank.
   *
   * @param backend {@code loopback} or {@code nccl}
   * @param wanted as in the other one
   * @param folder as in the other one; the files are called {@code rules-NAME-N-processes.tsv}
   * @param ranks how many ranks, each in a process of its own; 0 for one process that has all
   * @return {@link #OK} or {@link #BROKEN}
   * @throws IllegalArgumentException if there is no such backend, rule or chapter, or if it cannot
   *     have that many ranks in processes of their own
   * @throws org.jccl.BackendUnavailableException if the backend cannot be opened here
   * @throws IOException if the folder cannot be written
   */
  public int run(String backend, List<String> wanted, Path folder, int ranks) throws IOException {
    Subject subject = Subjects.named(backend);
    List<Rule> rules = selected(wanted);
    Capabilities capabilities = subject.capabilities();
    requireProcesses(subject, capabilities, ranks);
    String name = subject.name() + (ranks == 0 ? "" : "-" + ranks + "-processes");
    Files.createDirectories(folder);
    Path log = folder.resolve("verify-" + name + ".log");
    Files.deleteIfExists(log);
    Capabilities shown = ranks == 0 ? capabilities : capabilities.spread(ranks);
    out.println(name + ": " + shown);
    Supervisor supervisor =
        new Supervisor(
                backend, log, Duration.ofSeconds(Options.ruleSeconds()), result -> told(result))
            .withProcessPerRank(ranks);
    return run(supervisor, name, shown, rules, folder);
  }

  private static void requireProcesses(Subject subject, Capabilities capabilities, int ranks) {
    if (ranks > 0 && !subject.spansProcesses()) {
      throw new IllegalArgumentException(
          "'" + subject.name() + "' has all its ranks in one process: use nccl or loopback");
    }
    if (ranks > capabilities.maxRanks()) {
      throw new IllegalArgumentException(
          ranks + " processes need " + ranks + " devices, there are " + capabilities.maxRanks());
    }
  }

  private void told(RuleResult result) {
    results.put(result.method(), result);
    out.at(result.method(), results.size(), tests);
    if (result.outcome() == RuleResult.Outcome.BROKEN) {
      out.println(out.colors().bad(result.toString()));
    }
  }

  private int run(
      Supervisor supervisor, String name, Capabilities capabilities, List<Rule> rules, Path folder)
      throws IOException {
    List<String> methods = methodsOf(rules);
    tests = methods.size();
    long start = System.nanoTime();
    out.at("starting the rules' processes", 0, methods.size());
    supervisor.run(methods, Options.processes());
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    List<RuleVerdict> verdicts = RuleVerdict.of(rules, index, capabilities.version(), results);
    for (int i = 0; i < verdicts.size(); i++) {
      out.println(verdicts.get(i).line(rules.get(i), out.colors()));
    }
    out.println(totals(name, verdicts) + " in " + seconds + " s");
    List<String> oneProcess = needOneProcess();
    if (!oneProcess.isEmpty()) {
      out.println(oneProcess.size() + " tests need one process that has all ranks:");
      oneProcess.forEach(test -> out.println("  " + test));
    }
    VerdictTable.write(
        folder.resolve("rules-" + name + ".tsv"), name, capabilities.toString(), seconds, verdicts);
    VerdictTable.writeTests(folder.resolve("tests-" + name + ".tsv"), results.values());
    boolean broken = results.values().stream().anyMatch(VerifyRun::isBroken);
    return broken || results.isEmpty() ? BROKEN : OK;
  }

  private List<String> needOneProcess() {
    return results.values().stream()
        .filter(each -> each.words().startsWith(Conditions.ONE_JVM))
        .map(RuleResult::method)
        .sorted()
        .toList();
  }

  private static boolean isBroken(RuleResult result) {
    return result.outcome() == RuleResult.Outcome.BROKEN;
  }

  private List<String> methodsOf(List<Rule> rules) {
    Set<String> chosen = new LinkedHashSet<>();
    for (Rule rule : rules) {
      chosen.addAll(index.methodsOf(rule.id()));
    }
    return index.methods().stream().filter(chosen::contains).toList();
  }

  /** The rules that are wanted, each once, in the order of the wishes. */
  List<Rule> selected(List<String> wanted) {
    if (wanted.isEmpty()) {
      return book.rules();
    }
    Set<Rule> chosen = new LinkedHashSet<>();
    for (String each : wanted) {
      List<Rule> found = book.selected(each);
      if (found.isEmpty()) {
        throw new IllegalArgumentException(
            "no rule or chapter is called '"
                + each
                + "': use an id such as COL-04, a prefix such as COL, or a chapter's number");
      }
      chosen.addAll(found);
    }
    return new ArrayList<>(chosen);
  }

  static String totals(String name, List<RuleVerdict> verdicts) {
    Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
    for (RuleVerdict each : verdicts) {
      counts.merge(each.verdict(), 1L, Long::sum);
    }
    int size = verdicts.size();
    StringBuilder text = new StringBuilder(name + ": " + size + (size == 1 ? " rule" : " rules"));
    for (Verdict verdict : Verdict.values()) {
      text.append(", ").append(counts.getOrDefault(verdict, 0L)).append(' ');
      text.append(verdict.name().toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
