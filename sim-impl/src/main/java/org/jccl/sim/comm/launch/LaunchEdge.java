package org.jccl.sim.comm.launch;

import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;

/**
 * The start or the end of a launch as a step of its own, where somebody steers. A device may do
 * something else first although nothing holds the launch up; and where an operation has run, each
 * rank's stream goes on when that rank's kernel has ended.
 */
record LaunchEdge(Launch launch, StepKey.Kind kind) implements SimStep {
  @Override
  public void run() {
    Steering steering = launch.member().device().simulation().kernel().steering();
    if (steering == null) {
      return;
    }
    if (kind == StepKey.Kind.LAUNCH) {
      launch.startsFor(steering);
    } else {
      launch.endsFor(steering);
    }
  }

  @Override
  public StepKey key() {
    return launch.key(kind);
  }
}
