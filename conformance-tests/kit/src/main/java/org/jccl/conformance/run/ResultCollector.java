package org.jccl.conformance.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.opentest4j.TestAbortedException;

/** Turns the JUnit Platform's events into {@link RuleResult}s. */
final class ResultCollector implements TestExecutionListener {
  private final List<RuleResult> results = new ArrayList<>();
  private final Map<String, Long> started = new HashMap<>();
  private final Map<String, String> reports = new HashMap<>();
  private final Consumer<String> begun;
  private final Consumer<RuleResult> told;

  /** {@code begun} hears of each test that begins, {@code told} of each result at once. */
  ResultCollector(Consumer<String> begun, Consumer<RuleResult> told) {
    this.begun = begun;
    this.told = told;
  }

  List<RuleResult> results() {
    return List.copyOf(results);
  }

  private static String name(TestIdentifier test) {
    if (test.getUniqueIdObject().getLastSegment().getType().equals("dynamic-test")) {
      return test.getDisplayName(); // a row
    }
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(source -> ((MethodSource) source).getMethodName())
        .orElse(test.getDisplayName());
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    if (test.isTest()) {
      add(new RuleResult(name(test), Outcome.SKIPPED, 0, reason));
    }
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started.put(test.getUniqueId(), System.nanoTime());
    if (test.isTest()) {
      begun.accept(name(test));
    }
  }

  /** jqwik's own report of a property: the sample that fails, and the seed. */
  @Override
  public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
    reports.merge(
        test.getUniqueId(), String.join("\n", entry.getKeyValuePairs().values()), String::concat);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean good = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    if (!test.isTest() && good) {
      return;
    }
    long began = started.getOrDefault(test.getUniqueId(), System.nanoTime());
    long millis = (System.nanoTime() - began) / 1_000_000;
    String words = result.getThrowable().map(ResultCollector::words).orElse("");
    Outcome outcome =
        switch (result.getStatus()) {
          case SUCCESSFUL -> Outcome.HELD;
          case ABORTED -> Outcome.SKIPPED;
          case FAILED -> Outcome.BROKEN;
        };
    if (outcome == Outcome.BROKEN) {
      words += "\n" + reports.getOrDefault(test.getUniqueId(), "");
    }
    add(new RuleResult(name(test), outcome, millis, words.strip()));
  }

  private static String words(Throwable failure) {
    String message = failure.getMessage();
    boolean said = failure instanceof AssertionError && message != null;
    return said || failure instanceof TestAbortedException
        ? String.valueOf(message)
        : failure.toString();
  }

  private void add(RuleResult result) {
    results.add(result);
    told.accept(result);
  }
}
