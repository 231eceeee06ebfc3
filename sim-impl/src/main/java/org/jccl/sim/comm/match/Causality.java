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
    Clock target = to.order();
    if (source != null && target != null) {
      target.join(source);
    }
  }

  /** The parts of one collective have met. */
  static void collective(@Nullable LaunchedCall[] parts) {
    LaunchedCall first = LaunchedCall.present(parts[0]);
    Operation operation = first.request.operation();
    if (operation.dataFlow() == Operation.DataFlow.ROOT_TO_ALL) {
      LaunchedCall root = LaunchedCall.present(parts[first.request.rootOrPeer()]);
      for (LaunchedCall part : parts) {
        flow(root.launch, LaunchedCall.present(part).launch);
      }
      return;
    }
    LaunchedCall meeting = operation.hasRoot() ? parts[first.request.rootOrPeer()] : first;
    RunningLaunch all = LaunchedCall.present(meeting).launch;
    for (LaunchedCall part : parts) {
      flow(LaunchedCall.present(part).launch, all);
    }
    if (operation.dataFlow() == Operation.DataFlow.ALL_TO_ALL) {
      for (LaunchedCall part : parts) {
        flow(all, LaunchedCall.present(part).launch);
      }
    }
  }
}
