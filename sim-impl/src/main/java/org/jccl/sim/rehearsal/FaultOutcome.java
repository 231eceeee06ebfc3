package org.jccl.sim.rehearsal;

import java.util.List;
import java.util.Optional;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.faults.StruckFault;

/**
 * What came of one run with faults.
 *
 * @param plan the faults
 * @param schedule what replays the run: {@code schedule fifo}, {@code schedule random, seed 7}
 * @param result its class
 * @param summary why it is that class, in one line
 * @param exitCode what a process that runs the program alone ends with
 * @param struck the faults that have struck; the first one is the first cause
 * @param failure what the run threw, if it did
 */
public record FaultOutcome(
    FaultPlan plan,
    String schedule,
    FaultClass result,
    String summary,
    int exitCode,
    List<StruckFault> struck,
    Optional<Throwable> failure) {
  /** Keeps copies. */
  public FaultOutcome {
    struck = List.copyOf(struck);
  }

  /** {@return the outcome in one line} */
  @Override
  public String toString() {
    return plan + " -> " + result.label() + " (" + schedule + "): " + summary;
  }
}
