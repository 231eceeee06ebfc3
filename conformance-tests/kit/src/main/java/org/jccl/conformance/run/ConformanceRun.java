package org.jccl.conformance.run;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.conformance.harness.CurrentSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Worlds;
import org.jccl.conformance.rules.RowSuite;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the whole rule book, or some rules of it, against one subject, in this process. */
public final class ConformanceRun {
  private ConformanceRun() {}

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
}
