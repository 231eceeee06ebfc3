package org.jccl.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jccl.FailureReport;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** One run of a test in one schedule, and what was left behind. */
final class SimulatedRun {
  private final TestBody body;
  private final Schedule schedule;
  private final Leftovers leftovers;
  private final Simulator.Builder builder;
  private final int seconds;
  private final List<String> remains = new ArrayList<>();
  private List<Uncaught.One> uncaught = List.of();
  private List<ReportedMisuse> findings = List.of();
  private @Nullable Throwable thrown;
  private boolean repeatable;

  /** In a world of {@code builder}, for {@code seconds} at most. */
  SimulatedRun(
      TestBody body,
      Schedule schedule,
      Leftovers leftovers,
      Simulator.Builder builder,
      int seconds) {
    this.body = body;
    this.schedule = schedule;
    this.leftovers = leftovers;
    this.builder = builder;
    this.seconds = seconds;
  }

  /** Runs it to the end and closes the world. Throws nothing. */
  void run() {
    run(null);
  }

  /** The same, with files of what happens. */
  void attachTo(Attachments attachments) {
    if (attachments.open()) {
      run(attachments);
      attachments.findings(findings);
    }
  }

  private void run(@Nullable Attachments attachments) {
    // Findings and leaks are asked for below; nothing is printed beside the failure.
    builder.warnings(Collections.synchronizedList(new ArrayList<>())::add);
    if (attachments != null) {
      builder.timeline(attachments.timeline());
    }
    Simulator simulator = builder.build();
    List<String> standing = new ArrayList<>();
    try (Uncaught threads = Uncaught.here();
        Limit limit =
            new Limit(
                seconds,
                () -> {
                  standing.addAll(simulator.waiting());
                  standing.addAll(leftovers.places());
                })) {
      try {
        if (attachments != null) {
          simulator.writeTrace(attachments.trace());
        }
        body.run(new World(simulator.backend(), schedule.ranks(), schedule.toString(), simulator));
        remains.addAll(leftovers.waiting(simulator));
        remains.addAll(leftovers.threads());
      } catch (Throwable failure) {
        thrown = limit.isPassed() ? Limit.passed(seconds, standing, failure) : failure;
      }
      uncaught = threads.all();
    } finally {
      repeatable = simulator.isRepeatable();
      close(simulator);
    }
    findings = simulator.findings();
    if (!isThrown()) {
      remains.addAll(leftovers.open(simulator));
    }
  }

  private void close(Simulator simulator) {
    try {
      simulator.close();
    } catch (RuntimeException | Error failure) {
      if (thrown == null) {
        thrown = failure;
      }
    }
  }

  private boolean isThrown() {
    return thrown != null || !uncaught.isEmpty();
  }

  boolean isFailed() {
    return isThrown() || !remains.isEmpty() || !leftovers.reports(findings).isEmpty();
  }

  /** Whether it was an assumption that failed: the test is skipped. */
  boolean isAborted() {
    return thrown != null && FailureReport.firstOf(thrown) instanceof TestAbortedException;
  }

  boolean isRepeatable() {
    return repeatable;
  }

  /** What the test fails with. */
  Throwable failure(@Nullable Attachments attachments) {
    TestFailureText text = new TestFailureText(body, schedule.toString(), attachments);
    return isThrown()
        ? text.thrown(thrown, uncaught, findings)
        : text.remains(leftovers.reports(findings), remains);
  }
}
