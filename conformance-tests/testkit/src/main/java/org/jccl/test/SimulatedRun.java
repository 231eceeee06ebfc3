package org.jccl.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  private final FailedRanks failed = new FailedRanks();
  private final List<String> remains = new ArrayList<>();
  private List<ReportedMisuse> findings = List.of();
  private @Nullable Throwable thrown;
  private boolean repeatable;

  SimulatedRun(TestBody body, Schedule schedule, Leftovers leftovers, Simulator.Builder builder) {
    this.body = body;
    this.schedule = schedule;
    this.leftovers = leftovers;
    this.builder = builder;
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
    try {
      if (attachments != null) {
        simulator.writeTrace(attachments.trace());
      }
      World world =
          new World(simulator.backend(), schedule.ranks(), schedule.toString(), simulator);
      failed.run(body, world);
      remains.addAll(leftovers.waiting(simulator));
    } catch (Throwable failure) {
      thrown = failure;
    } finally {
      repeatable = simulator.isRepeatable();
      close(simulator);
    }
    findings = simulator.findings();
    if (thrown == null) {
      remains.addAll(leftovers.after(simulator));
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

  boolean isFailed() {
    return thrown != null || !remains.isEmpty();
  }

  /** Whether it was an assumption that failed: the test is skipped. */
  boolean isAborted() {
    return thrown != null && failure(null) instanceof TestAbortedException;
  }

  boolean isRepeatable() {
    return repeatable;
  }

  /** What the test fails with. */
  Throwable failure(@Nullable Attachments attachments) {
    TestFailureText text = new TestFailureText(body, schedule.toString(), attachments);
    return thrown == null ? text.remains(remains) : text.thrown(thrown, failed);
  }
}
