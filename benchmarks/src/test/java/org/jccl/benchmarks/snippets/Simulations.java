package org.jccl.benchmarks.snippets;

import java.util.List;
import org.jccl.CheckLevel;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;

/** The examples about simulations; {@code SnippetsTest} runs them. */
final class Simulations {
  private Simulations() {}

  static List<ReportedMisuse> simulate(RankProgram program) {
    // @start region="simulator"
    try (Simulator simulator =
        Simulator.builder().devices(4).seed(42).checks(CheckLevel.FULL).build()) {
      Ranks.run(simulator.backend(), 4, program); // throws what the simulator reports
      return simulator.findings(); // warnings, too
    }
    // @end
  }
}
