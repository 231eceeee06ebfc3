package org.jccl.conformance.run;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jccl.BackendUnavailableException;
import org.jccl.conformance.harness.CurrentSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.harness.Worlds;
import org.jccl.conformance.rules.RowSuite;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jccl.file.WholeFile;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the whole rule book, or some rules of it, against one subject. */
public final class ConformanceRun {
  /** All rules held, as far as they could be shown. */
  public static final int OK = 0;

  /** At least one rule was broken. */
  public static final int BROKEN = 1;

  /** Nothing was run: an unknown subject, or one that cannot be opened here. */
  public static final int UNUSABLE = 2;

  private ConformanceRun() {}

  /** {@code sim}, {@code sim-free}, {@code loopback} or {@code nccl}, and a folder for reports. */
  public static void main(String[] args) {
    String subject = args.length > 0 ? args[0] : "sim";
    Path folder = Path.of(args.length > 1 ? args[1] : "target/conformance");
    System.exit(run(subject, folder, System.out));
  }

  /**
   * Runs all rules against the subject called {@code name}.
   *
   * @param outDir where {@code conformance-NAME.tsv} goes, a line a rule; made if it is missing
   * @param out told of each broken rule, of what could not be shown, and the totals
   * @return {@link #OK}, {@link #BROKEN} or {@link #UNUSABLE}
   */
  public static int run(String name, Path outDir, PrintStream out) {
    Subject subject;
    try {
      subject = Subjects.named(name);
      out.println(subject.name() + ": " + subject.capabilities());
    } catch (IllegalArgumentException | BackendUnavailableException unusable) {
      out.println(unusable.getMessage());
      return UNUSABLE;
    }
    List<RuleResult> results =
        run(
            subject,
            List.of(),
            result -> {
              if (result.outcome() != Outcome.HELD) {
                out.println(result);
              }
            });
    out.println(totals(subject, results));
    try {
      write(outDir.resolve("conformance-" + subject.name() + ".tsv"), results);
    } catch (IOException failed) {
      out.println("the report could not be written: " + failed);
    }
    boolean broken = results.stream().anyMatch(each -> each.outcome() == Outcome.BROKEN);
    return broken || results.isEmpty() ? BROKEN : OK;
  }

  /**
   * Runs rules against a subject of any kind.
   *
   * @param methods the names of the rules' methods; all rules if there are none
   * @param told hears of each result at once
   */
  public static List<RuleResult> run(
      Subject subject, List<String> methods, Consumer<RuleResult> told) {
    return run(subject, methods, begun -> {}, told);
  }

  /**
   * The same.
   *
   * @param begun hears of each rule's method that begins
   */
  static List<RuleResult> run(
      Subject subject, List<String> methods, Consumer<String> begun, Consumer<RuleResult> told) {
    ResultCollector collector = new ResultCollector(begun, told);
    execute(subject, methods, collector);
    try {
      Worlds.closeShared(subject);
    } catch (RuntimeException | AssertionError failed) {
      RuleResult closing = new RuleResult("closing", Outcome.BROKEN, 0, failed.toString());
      told.accept(closing);
      List<RuleResult> all = new ArrayList<>(collector.results());
      all.add(closing);
      return all;
    }
    return collector.results();
  }

  /**
   * Runs methods one after the other, in exactly this order: an engine takes its own order of the
   * methods of a class, which may differ from JVM to JVM. What is open stays open.
   */
  static void runInOrder(
      Subject subject, List<String> methods, Consumer<String> begun, Consumer<RuleResult> told) {
    ResultCollector collector = new ResultCollector(begun, told);
    for (String method : methods) {
      execute(subject, List.of(method), collector);
    }
  }

  private static void execute(Subject subject, List<String> methods, ResultCollector collector) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectors(methods))
            .filters(EngineFilter.includeEngines("jqwik", "junit-jupiter"))
            .configurationParameter("jqwik.database", "")
            .configurationParameter("jqwik.reporting.onlyfailures", "true")
            .configurationParameter("jqwik.reporting.usejunitplatform", "true")
            .build();
    Runnable execution = () -> LauncherFactory.create().execute(request, collector);
    CurrentSubject.with(subject, () -> RowSuite.choosing(methods, execution));
  }

  private static List<DiscoverySelector> selectors(List<String> methods) {
    List<DiscoverySelector> selectors = new ArrayList<>();
    for (Class<?> suite : RuleSuites.all()) {
      boolean chosen = RuleSuites.rows(suite).stream().anyMatch(r -> methods.contains(r.test()));
      if (methods.isEmpty() || chosen) {
        selectors.add(DiscoverySelectors.selectClass(suite));
      }
      for (Method method : suite.getMethods()) {
        if (methods.contains(method.getName())) {
          selectors.add(DiscoverySelectors.selectMethod(suite, method));
        }
      }
    }
    return selectors;
  }

  private static String totals(Subject subject, List<RuleResult> results) {
    StringBuilder text = new StringBuilder(subject.name()).append(": ");
    for (Outcome outcome : Outcome.values()) {
      long count = results.stream().filter(each -> each.outcome() == outcome).count();
      text.append(count).append(' ').append(outcome.name().toLowerCase(Locale.ROOT));
      text.append(outcome.ordinal() < Outcome.values().length - 1 ? ", " : "");
    }
    long millis = results.stream().mapToLong(RuleResult::millis).sum();
    return text.append(" in ").append(millis / 1000).append(" s").toString();
  }

  private static void write(Path file, List<RuleResult> results) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    List<String> lines = new ArrayList<>(List.of("rule\toutcome\tmillis\tmethod\twords"));
    results.stream().map(ConformanceRun::line).sorted().forEach(lines::add);
    WholeFile.write(file, String.join("\n", lines) + "\n");
  }

  private static String line(RuleResult result) {
    String words = result.words().lines().findFirst().orElse("").replace('\t', ' ');
    return String.join(
        "\t",
        Arrays.asList(
            result.rule(),
            result.outcome().name(),
            Long.toString(result.millis()),
            result.method(),
            words));
  }
}
