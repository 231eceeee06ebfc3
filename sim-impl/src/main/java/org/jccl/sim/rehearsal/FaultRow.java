package org.jccl.sim.rehearsal;

import java.util.List;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.Fault;

/**
 * One fault of a {@link FaultTable}, in all schedules that were run.
 *
 * @param call the call at which it strikes
 * @param fault the fault
 * @param outcomes what came of it, a schedule after the other
 */
public record FaultRow(CallPoint call, Fault fault, List<FaultOutcome> outcomes) {
  /** Keeps a copy. */
  public FaultRow {
    outcomes = List.copyOf(outcomes);
    if (outcomes.isEmpty()) {
      throw new IllegalArgumentException("a row needs an outcome");
    }
  }

  /** {@return the worst of the outcomes, the first one of those} */
  public FaultOutcome worst() {
    FaultOutcome worst = outcomes.getFirst();
    for (FaultOutcome each : outcomes) {
      if (each.result().compareTo(worst.result()) > 0) {
        worst = each;
      }
    }
    return worst;
  }
}
