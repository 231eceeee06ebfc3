package org.jccl.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.Variation;
import org.jccl.sim.explore.WorldProgram;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.machine.GpuProfile;

/** Makes the worlds that an annotation asks for. */
final class SimulatedWorlds {
  private final RankTest test;
  private final int ranks;
  private final Map<String, String> environment;
  private boolean counts;

  SimulatedWorlds(RankTest test, int ranks) {
    this.test = test;
    this.ranks = ranks;
    this.environment = environment(test);
  }

  /** Also a world in which nothing breaks knows its calls. */
  SimulatedWorlds thatCountCalls() {
    counts = true;
    return this;
  }

  /** The world of one schedule. */
  Simulator.Builder builder(Schedule schedule) {
    Simulator.Builder builder = builder(schedule.faults()).strict(schedule.strict());
    return schedule.seed() == 0 ? builder : builder.seed(schedule.seed());
  }

  private Simulator.Builder builder(FaultPlan faults) {
    Simulator.Builder builder =
        Simulator.builder()
            .devices(Math.max(test.devices(), ranks))
            .checks(test.checks())
            .strict(test.strict() == Strictness.ON)
            .foreignTimeout(Duration.ofSeconds(test.timeoutSeconds()))
            .environment(environment);
    if (counts || !faults.isEmpty()) {
      builder.faults(faults);
    }
    if (!test.profile().isEmpty()) {
      builder.profile(GpuProfile.of(test.profile()));
    }
    return test.ncclVersion() == 0 ? builder : builder.ncclVersion(test.ncclVersion());
  }

  /** Decides the schedules of a program; whether calls wait is for it to decide, too. */
  Explorer explorer(Supplier<Simulator.Builder> world, WorldProgram program) {
    Set<Variation> varies = EnumSet.allOf(Variation.class);
    if (test.strict() != Strictness.BOTH) {
      varies.remove(Variation.CALLS_WAIT);
    }
    // One at a time: all schedules share the test instance.
    return Explorer.ofWorlds(program).ranks(ranks).threads(1).varies(varies).world(world);
  }

  /** In worlds in which these faults strike. */
  Explorer explorer(FaultPlan faults, WorldProgram program) {
    return explorer(() -> builder(faults), program);
  }

  private static Map<String, String> environment(RankTest test) {
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
