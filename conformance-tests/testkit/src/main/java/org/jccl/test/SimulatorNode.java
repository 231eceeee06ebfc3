package org.jccl.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
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
    for (Schedule schedule : schedules) {
      SimulatedRun run = newRun(body, schedule, leftovers);
      run.run();
      if (run.isFailed()) {
        Attachments attachments = new Attachments(body, schedule);
        if (run.isRepeatable() && !run.isAborted()) {
          newRun(body, schedule, leftovers).attachTo(attachments);
        }
        throw run.failure(attachments);
      }
    }
  }

  private SimulatedRun newRun(TestBody body, Schedule schedule, Leftovers leftovers) {
    return new SimulatedRun(body, schedule, leftovers, builder(schedule), test.timeoutSeconds());
  }

  private Simulator.Builder builder(Schedule schedule) {
    Simulator.Builder builder =
        Simulator.builder()
            .devices(Math.max(test.devices(), schedule.ranks()))
            .checks(test.checks())
            .strict(schedule.strict())
            .foreignTimeout(Duration.ofSeconds(test.timeoutSeconds()))
            .environment(environment());
    if (!test.profile().isEmpty()) {
      builder.profile(GpuProfile.of(test.profile()));
    }
    if (test.ncclVersion() != 0) {
      builder.ncclVersion(test.ncclVersion());
    }
    if (schedule.seed() != 0) {
      builder.seed(schedule.seed());
    }
    return builder;
  }

  private Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    List<String> wrong = new ArrayList<>();
    for (String entry : test.environment()) {
      int equals = entry.indexOf('=');
      if (equals < 1) {
        wrong.add(entry);
      } else {
        variables.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          "@RankTest(environment = " + wrong + "), expected NAME=value");
    }
    return variables;
  }
}
