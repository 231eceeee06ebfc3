package org.jccl.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a test on simulated GPUs, schedule by schedule, until one fails. */
final class SimulatorNode extends Node {
  private final RankTest test;
  private final List<Schedule> schedules;

  SimulatorNode(RankTest test, String name, List<Schedule> schedules) {
    super(name);
    this.test = test;
    this.schedules = schedules;
  }

  @Override
  void run(TestBody body, ExtensionContext context) throws Throwable {
    Leftovers leftovers = Leftovers.of(context);
    Skips skips = new Skips();
    for (Schedule schedule : schedules) {
      skips.add(runOne(test, body, schedule, leftovers));
    }
    skips.tell(context);
  }

  /**
   * Throws what the test fails with; a second run has written files of it then. The assumption that
   * does not hold in this schedule, or null.
   */
  static @Nullable Throwable runOne(
      RankTest test, TestBody body, Schedule schedule, Leftovers leftovers) throws Throwable {
    SimulatedWorlds worlds = new SimulatedWorlds(test, schedule.ranks());
    SimulatedRun run = new SimulatedRun(body, schedule, leftovers, test.timeoutSeconds());
    run.run(worlds, null);
    if (run.isAborted()) {
      return run.failure(null);
    }
    if (run.isFailed()) {
      Attachments attachments = new Attachments(body, schedule);
      if (run.isRepeatable() && !run.isInterrupted() && attachments.open()) {
        new SimulatedRun(body, schedule, leftovers, test.timeoutSeconds()).run(worlds, attachments);
      }
      throw run.failure(attachments);
    }
    return null;
  }
}
