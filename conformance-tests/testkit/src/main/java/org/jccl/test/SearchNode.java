package org.jccl.test;

import org.jccl.sim.explore.ChoiceStream;
import org.jccl.sim.explore.Exploration;
import org.jccl.sim.explore.ExploredRun;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.Strategy;
import org.jccl.sim.faults.FaultPlan;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a test in the schedules that a strategy looks for, and says what it has covered. */
final class SearchNode extends Node {
  /** The key of the entry in JUnit's report. */
  private static final String ENTRY = "jccl";

  private final RankTest test;
  private final int ranks;
  private final Strategy strategy;

  private final FaultPlan faults;

  SearchNode(RankTest test, int ranks, String strategy, FaultPlan faults) {
    super("ranks=" + ranks + " " + strategy + (faults.isEmpty() ? "" : " faults=" + faults));
    this.faults = faults;
    this.test = test;
    this.ranks = ranks;
    this.strategy = Strategy.parse(strategy);
  }

  @Override
  void run(TestBody body, ExtensionContext context) throws Throwable {
    Leftovers leftovers = Leftovers.of(context);
    Skips skips = new Skips();
    Explorer explorer =
        new SimulatedWorlds(test, ranks)
            .explorer(
                faults,
                world -> {
                  Schedule unknown = Schedule.found(ranks, ChoiceStream.FIFO).with(faults);
                  SimulatedRun run =
                      new SimulatedRun(body, unknown, leftovers, test.timeoutSeconds());
                  run.during(world, null);
                  boolean skipped = run.isAborted();
                  skips.add(skipped ? run.failure(null) : null);
                  if (!skipped) {
                    run.throwIfFailed();
                  }
                  return null;
                })
            .strategy(strategy)
            .stopsAtFailure(leftovers.allowsNothing())
            .schedules(strategy.covers() ? test.mostSchedules() : Math.max(1, test.seeds()));
    Exploration found = explorer.explore();
    context.publishReportEntry(ENTRY, "ranks=" + ranks + " " + strategy + ", " + found.summary());
    for (ExploredRun failed : found.failures()) {
      Schedule schedule = Schedule.found(ranks, failed.choices()).with(faults);
      // Passes if it is one of those that the test allows.
      SimulatorNode.runOne(test, body, schedule, leftovers);
    }
    skips.tell(context);
  }
}
