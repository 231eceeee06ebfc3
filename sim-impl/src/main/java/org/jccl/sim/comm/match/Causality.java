package org.jccl.sim.comm.match;

import org.jccl.ops.Operation;
import org.jccl.sim.check.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What ranks learn of each other's past through an operation: only what its data flow promises, an
 * all-reduce is a barrier, a broadcast is not.
 */
final class Causality {
  private Causality() {}

  /** The end of {@code to} comes after the start of {@code from}. */
  static void flow(RunningLaunch from, RunningLaunch to) {
    Clock source = from.order();
    if (source != null) {
      to.comesAfter(source);
    }
  }

  /** The parts of one collective have met. */
  static void collective(@Nullable LaunchedCall[] parts) {
    LaunchedCall first = LaunchedCall.present(parts[0]);
    Operation operation = first.request.operation();
    if (operation.dataFlow() == Operation.DataFlow.ROOT_TO_ALL) {
      RunningLaunch root = LaunchedCall.present(parts[first.request.rootOrPeer()]).launch;
      Clock known = root.order();
      for (int rank = 0; known != null && rank < parts.length; rank++) {
        LaunchedCall.present(parts[rank]).launch.comesAfter(known);
      }
      return;
    }
    Clock.Joint joint = new Clock.Joint();
    for (LaunchedCall part : parts) {
      LaunchedCall.present(part).launch.addOrderTo(joint);
    }
    Clock all = joint.end();
    if (operation.dataFlow() == Operation.DataFlow.ALL_TO_ALL) {
      for (LaunchedCall part : parts) {
        LaunchedCall.present(part).launch.comesAfter(all);
      }
    } else {
      LaunchedCall.present(parts[first.request.rootOrPeer()]).launch.comesAfter(all);
    }
  }
}
