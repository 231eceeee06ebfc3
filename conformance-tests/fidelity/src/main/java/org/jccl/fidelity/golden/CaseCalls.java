package org.jccl.fidelity.golden;

import java.util.List;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.MemoryKind;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.WorldSplit;

/** The calls of one case and what their buffers are. */
record CaseCalls(MemoryKind memory, List<CallSpec> calls) {
  /** The calls as one step, together if they are several. */
  Program program(int ranks) {
    List<Placed> placed = calls.stream().map(Placed::of).toList();
    ProgramStep step =
        placed.size() == 1
            ? new ProgramStep.Alone(placed.getFirst())
            : new ProgramStep.Group(List.copyOf(placed), false);
    return new Program(
        ranks, Program.Surface.TYPED, memory, List.of(WorldSplit.world(ranks)), List.of(step));
  }
}
