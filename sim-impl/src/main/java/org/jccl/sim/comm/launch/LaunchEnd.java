package org.jccl.sim.comm.launch;

import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;

/**
 * The end of a launch as a step of its own, where somebody steers: an operation has run, and each
 * rank's stream goes on when that rank's kernel has ended.
 */
record LaunchEnd(Launch launch) implements SimStep {
  @Override
  public void run() {
    Steering steering = launch.member().device().simulation().kernel().steering();
    if (steering != null) {
      launch.endsFor(steering);
    }
  }

  @Override
  public StepKey key() {
    return launch.key(StepKey.Kind.END);
  }
}
