package org.jccl.benchmarks.snippets;

import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.RankProgram;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.rehearsal.FaultOutcome;
import org.jccl.sim.rehearsal.Rehearsal;

/** The examples about faults; {@code SnippetsTest} runs them. */
final class Faults {
  private Faults() {}

  static List<FaultOutcome> rehearse(Callable<RankProgram> training) {
    // @start region="rehearsal"
    Rehearsal rehearsal = Rehearsal.of(3, training).seeds(List.of(1L, 2L, 3L));
    return rehearsal.runAll(FaultPlan.parse("rank 1 at all_reduce 2: exit"));
    // @end
  }
}
