package org.jccl.sim.comm.launch;

import java.util.List;
import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore.Lane;
import org.jccl.sim.device.StreamOp;
import org.jspecify.annotations.Nullable;

/**
 * What is ordered before a launch and by it, where its places in its streams are {@code gates}. All
 * the work of its streams and the communicator's last launch come before it (STR-03, STR-05);
 * whoever comes after it on any of its streams comes after all of it. A clock of a launch leaves
 * the launch's own lanes out, as that of a stream does.
 */
final class LaunchClocks {
  private LaunchClocks() {}

  /** What is ordered before a launch that starts now behind {@code last}. */
  static Clock start(List<? extends StreamOp> gates, @Nullable Clock last) {
    StreamOp first = gates.getFirst();
    first.learnOrder();
    Clock known = first.stream().known();
    if (gates.size() == 1 && last == null) {
      return known;
    }
    for (int i = 1; i < gates.size(); i++) {
      gates.get(i).learnOrder();
      known = known.join(gates.get(i).stream().known());
    }
    known = last == null ? known : known.join(last);
    known = gates.size() == 1 ? known : with(gates, known, 0);
    tell(gates, known);
    return known;
  }

  /** A launch is done that knows {@code known}: what comes after it on its streams knows all. */
  static Clock end(List<? extends StreamOp> gates, Clock known) {
    Clock all = gates.size() == 1 ? known : with(gates, known, 1);
    tell(gates, all);
    return all;
  }

  private static void tell(List<? extends StreamOp> gates, Clock known) {
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).stream().learn(known);
    }
  }

  /** {@code known}, with what the launch's own lanes have done before it and {@code of} it. */
  static Clock with(List<? extends StreamOp> gates, Clock known, int of) {
    Clock all = known;
    for (int i = 0; i < gates.size(); i++) {
      StreamOp gate = gates.get(i);
      Lane lane = gate.stream().lane();
      all = lane == null ? all : all.with(lane.number(), gate.tick() + of);
    }
    return all;
  }

  /** Adds the same, before the launch, to what a collective makes common. */
  static void add(List<? extends StreamOp> gates, Clock known, Clock.Joint joint) {
    joint.add(known);
    for (int i = 0; i < gates.size(); i++) {
      StreamOp gate = gates.get(i);
      Lane lane = gate.stream().lane();
      if (lane != null) {
        joint.add(lane.number(), gate.tick());
      }
    }
  }
}
