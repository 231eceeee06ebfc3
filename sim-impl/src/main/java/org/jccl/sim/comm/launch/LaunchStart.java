package org.jccl.sim.comm.launch;

import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;

/**
 * The start of a launch as a step of its own, where somebody steers: a device may do something else
 * first although nothing holds the launch up.
 */
record LaunchStart(Launch launch) implements SimStep {
  @Override
  public void run() {
    Steering steering = launch.member().device().simulation().kernel().steering();
    if (steering != null) {
      launch.startsFor(steering);
    }
  }

  @Override
  public StepKey key() {
    return launch.key(StepKey.Kind.LAUNCH);
  }
}
