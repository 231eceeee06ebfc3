package org.jccl.fidelity.floats;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jccl.Communicator;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.Workbench;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.golden.PlannedChoice;
import org.jccl.fidelity.golden.RecordedChoice;

/** What the simulator says NCCL would choose. */
final class FloatChoice {
  /** For calls that pins leave no algorithm for (ENV-06). */
  static final String NOTHING = "nothing";

  private FloatChoice() {}

  /** For each call what it would get if it were alone, as in {@code RING/LL128 0-15}. */
  static String of(Worlds simulator, Program program) {
    AtomicReference<String> choices = new AtomicReference<>("");
    simulator.run(
        program.ranks(),
        rank -> {
          String own = of(rank, program);
          choices.updateAndGet(known -> known.isEmpty() || own.contains(NOTHING) ? own : known);
        });
    return choices.get();
  }

  private static String of(WorldRank rank, Program program) {
    List<Placed> calls = program.calls();
    int index = calls.getFirst().communicator();
    Communicator communicator =
        Workbench.of(rank).communicator(index, program.communicators().get(index));
    if (communicator == null) {
      return "";
    }
    if (communicator.worldSize() == 1) {
      return "ONE RANK";
    }
    return calls.stream()
        .map(each -> of(communicator, program, each.call()))
        .collect(Collectors.joining(", "));
  }

  private static String of(Communicator communicator, Program program, CallSpec call) {
    RecordedChoice choice = PlannedChoice.of(communicator, program.memory(), call);
    return choice == null
        ? NOTHING
        : "%s/%s %d-%d"
            .formatted(
                choice.algorithm(), choice.protocol(), choice.firstChannel(), choice.lastChannel());
  }
}
