package org.jccl.sim.explore;

import java.util.List;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.SimStep;

/** Takes the decisions of one run. */
interface Guide {
  /** What the world is like: one of {@code options}, 0 as NCCL usually is. */
  default int world(Choices.Point point, int options) {
    return 0;
  }

  /** What repeats the run, for reports. */
  default String describe() {
    return "explored";
  }

  /** Which of the candidates is next; there are at least two. */
  int next(Choices.Point point, List<SimStep> candidates, RunLog log);
}
