package org.jccl.test;

import java.util.Comparator;
import java.util.List;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.Fault;
import org.jccl.sim.faults.FaultKind;
import org.jccl.sim.faults.FaultPlan;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a test with a fault at each call that it makes, until it fails. */
final class EveryCallNode extends Node {
  /** The key of the entry in JUnit's report. */
  private static final String ENTRY = "jccl";

  private static final Comparator<CallPoint> BY_RANK =
      Comparator.comparingInt((CallPoint call) -> call.point().rank())
          .thenComparingInt(call -> call.point().number());

  private final RankTest test;
  private final FaultKind kind;
  private final List<Schedule> schedules;

  /** In each of these schedules, which have no faults; the first one says which calls there are. */
  EveryCallNode(RankTest test, FaultKind kind, List<Schedule> schedules) {
    super("ranks=" + schedules.getFirst().ranks() + " " + kind.label() + " at every call");
    this.test = test;
    this.kind = kind;
    this.schedules = schedules;
  }

  @Override
  void run(TestBody body, ExtensionContext context) throws Throwable {
    Leftovers leftovers = Leftovers.of(context);
    Schedule unbroken = schedules.getFirst();
    Skips skips = new Skips();
    skips.add(SimulatorNode.runOne(test, body, unbroken, leftovers));
    SimulatedRun counted = new SimulatedRun(body, unbroken, leftovers, test.timeoutSeconds());
    counted.run(new SimulatedWorlds(test, unbroken.ranks()).thatCountCalls(), null);
    // In another schedule a rank may make fewer calls.
    Leftovers mayMiss = leftovers.alsoAllowing(Remains.FAULT);
    List<Fault> faults =
        counted.calls().stream()
            .filter(call -> !call.isOpening() && call.site() != null)
            .sorted(BY_RANK)
            .flatMap(call -> call.fault(kind).stream())
            .toList();
    for (Fault fault : faults) {
      for (Schedule schedule : schedules) {
        skips.add(SimulatorNode.runOne(test, body, schedule.with(FaultPlan.of(fault)), mayMiss));
      }
    }
    context.publishReportEntry(
        ENTRY,
        "ranks=%d %s, %d calls in %d schedules"
            .formatted(unbroken.ranks(), kind.label(), faults.size(), schedules.size()));
    skips.tell(context);
  }
}
