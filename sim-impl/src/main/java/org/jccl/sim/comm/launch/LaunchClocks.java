package org.jccl.sim.comm.launch;

import java.util.List;
import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore.Lane;
import org.jccl.sim.device.StreamOp;
import org.jspecify.annotations.Nullable;

/**
 * What is ordered before a launch and by it. All the work of its streams and the communicator's last
 * launch come before it (STR-03, STR-05); whoever comes after it on any of its streams comes after
 * all of it.
 */
final class LaunchClocks {
  private final List<? extends StreamOp> gates;
  private Clock known;

  /** The launch whose places in its streams are {@code gates} starts behind {@code last}. */
  LaunchClocks(List<? extends StreamOp> gates, @Nullable Clock last) {
    this.gates = gates;
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).learnOrder();
    }
    Clock all = gates.getFirst().stream().known();
    for (int i = 1; i < gates.size(); i++) {
      all = all.join(gates.get(i).stream().known());
    }
    known = last == null ? all : all.join(last);
    if (gates.size() > 1) {
      known = before();
      tellStreams();
    } else if (last != null) {
      tellStreams();
    }
  }

  /** It comes after all that {@code clock} knows. */
  void learn(Clock clock) {
    known = known.join(clock);
  }

  /** What is ordered before it. */
  Clock before() {
    return known(0);
  }

  /** It is done: what comes after it on its streams comes after all of it. */
  void end() {
    if (gates.size() > 1) {
      known = after();
    }
    tellStreams();
  }

  /** What is known to whoever comes after it. */
  Clock after() {
    return known(1);
  }

  private Clock known(int ofIt) {
    Clock all = known;
    for (int i = 0; i < gates.size(); i++) {
      StreamOp gate = gates.get(i);
      Lane lane = gate.stream().lane();
      all = lane == null ? all : all.with(lane.number(), gate.tick() + ofIt);
    }
    return all;
  }

  private void tellStreams() {
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).stream().learn(known);
    }
  }

  /** Adds what is ordered before it to what a collective makes common. */
  void addTo(Clock.Joint joint) {
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
