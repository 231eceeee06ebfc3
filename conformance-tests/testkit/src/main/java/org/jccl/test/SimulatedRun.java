package org.jccl.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jccl.FailureReport;
import org.jccl.RankProgram;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.ChoiceStream;
import org.jccl.sim.explore.ExploredWorld;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.WorldProgram;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.FaultLog;
import org.jccl.sim.faults.StruckFault;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** One run of a test in one schedule, and what was left behind. */
final class SimulatedRun {
  private final TestBody body;
  private final Schedule schedule;
  private final Leftovers leftovers;
  private final int seconds;
  private final List<String> remains = new ArrayList<>();
  private List<Uncaught.One> uncaught = List.of();
  private List<ReportedMisuse> findings = List.of();
  private @Nullable Throwable thrown;
  private List<StruckFault> struck = List.of();
  private List<CallPoint> calls = List.of();
  private boolean repeatable;
  private boolean interrupted;

  /** For {@code seconds} at most. */
  SimulatedRun(TestBody body, Schedule schedule, Leftovers leftovers, int seconds) {
    this.body = body;
    this.schedule = schedule;
    this.leftovers = leftovers;
    this.seconds = seconds;
  }

  /** Runs it to the end in a world that the schedule alone decides. Throws nothing. */
  void run(SimulatedWorlds worlds, @Nullable Attachments attachments) {
    Supplier<Simulator.Builder> builder =
        () -> {
          Simulator.Builder world = worlds.builder(schedule);
          // Findings and leaks are asked for below; nothing is printed beside the failure.
          world.warnings(Collections.synchronizedList(new ArrayList<>())::add);
          return attachments == null ? world : world.timeline(attachments.timeline());
        };
    if (schedule.choices() == null) {
      Simulator simulator = builder.get().build();
      try {
        during(simulator, UnaryOperator.identity(), attachments);
      } finally {
        close(simulator);
      }
      after(simulator);
    } else {
      List<Simulator> used = new ArrayList<>();
      WorldProgram program =
          world -> {
            used.add(world.simulator());
            during(world, attachments);
            return null;
          };
      replay(worlds.explorer(builder, program), schedule.choices());
      used.forEach(this::after);
    }
    if (attachments != null) {
      attachments.findings(findings);
    }
  }

  private void replay(Explorer explorer, ChoiceStream choices) {
    Throwable failure;
    try {
      failure = explorer.replay(choices).thrown();
    } catch (IllegalArgumentException anotherProgram) {
      failure = schedule.isFound() ? anotherProgram : null;
    }
    thrown = thrown == null ? failure : thrown;
  }

  /** The test itself, in the world of a search. */
  void during(ExploredWorld world, @Nullable Attachments attachments) {
    during(world.simulator(), world::explored, attachments);
  }

  private void during(
      Simulator simulator, UnaryOperator<RankProgram> programs, @Nullable Attachments attachments) {
    FastKernels.tellOnce(simulator.backend().description());
    World world =
        new World(simulator.backend(), schedule.ranks(), schedule.toString(), simulator, programs);
    List<String> standing = new ArrayList<>();
    Supplier<List<String>> places =
        () -> Stream.concat(simulator.waiting().stream(), leftovers.places().stream()).toList();
    Runnable look = () -> standing.addAll(places.get());
    try (EndOfJvm end = new EndOfJvm(body.method().getName() + " with " + schedule, places);
        Uncaught threads = Uncaught.here();
        Limit limit = new Limit(seconds, look)) {
      try {
        if (attachments != null) {
          simulator.writeTrace(attachments.trace());
        }
        body.run(world);
        remains.addAll(leftovers.waiting(simulator));
        remains.addAll(leftovers.threads());
        simulator
            .faults()
            .ifPresent(log -> remains.addAll(leftovers.ofFaults(log, simulator.findings())));
      } catch (Throwable failure) {
        interrupted = limit.isPassed() || isInterrupt(failure);
        thrown = limit.isPassed() ? Limit.passed(seconds, standing, failure) : failure;
      }
      uncaught = threads.all();
    }
    struck = simulator.faults().map(FaultLog::struck).orElse(List.of());
    calls = simulator.faults().map(FaultLog::calls).orElse(List.of());
  }

  private void close(Simulator simulator) {
    try {
      simulator.close();
    } catch (RuntimeException | Error failure) {
      thrown = thrown == null ? failure : thrown;
    }
  }

  private void after(Simulator simulator) {
    repeatable = simulator.isRepeatable();
    findings = simulator.findings();
    if (!isThrown()) {
      remains.addAll(leftovers.open(simulator));
    }
  }

  private boolean isThrown() {
    return thrown != null || !uncaught.isEmpty();
  }

  /** Where faults could strike, if the world has counted its calls. */
  List<CallPoint> calls() {
    return calls;
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

  /** Whether the limit, or somebody else's, has ended it: a second run would last as long. */
  boolean isInterrupted() {
    return interrupted;
  }

  private static boolean isInterrupt(Throwable failure) {
    return Thread.currentThread().isInterrupted()
        || FailureReport.firstOf(failure) instanceof InterruptedException;
  }

  /** For a search, which wants to know that it failed, and of what kind it is. */
  void throwIfFailed() {
    if (isFailed()) {
      throw (Error) failure(null); // what a test fails with is one
    }
  }

  /** What a property fails with: jqwik says how to repeat it. */
  Throwable failureOfProperty() {
    TestFailureText text = new TestFailureText(body, "", struck, null);
    return isThrown()
        ? text.thrown(thrown, uncaught, findings)
        : text.remains(leftovers.reports(findings), remains);
  }

  /** What the test fails with. */
  Throwable failure(@Nullable Attachments attachments) {
    TestFailureText text = new TestFailureText(body, schedule.toString(), struck, attachments);
    if (!repeatable && !interrupted) {
      text.note("threads of the test's own took part: another run may go another way");
    }
    return isThrown()
        ? text.thrown(thrown, uncaught, findings)
        : text.remains(leftovers.reports(findings), remains);
  }
}
