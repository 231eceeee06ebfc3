package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/** One record of an event: reached or not, when, and who waits. */
final class EventCompletion {
  private final List<HostTask> hosts = new ArrayList<>(1);
  private final List<StreamOp> streams = new ArrayList<>(1);
  private final StreamOp source;
  private boolean reached;
  private @Nullable Clock clock;
  private long time;

  /** The record of an event on the stream of {@code source}. */
  EventCompletion(StreamOp source) {
    this.source = source;
  }

  /** The marker in its stream. */
  StreamOp source() {
    return source;
  }

  /** What is known to be done by whoever has waited for it; null if nobody keeps that. */
  @Nullable Clock clock() {
    return clock;
  }

  boolean isReached() {
    return reached;
  }

  /** Virtual time at which it was reached, in nanoseconds. */
  long time() {
    return time;
  }

  void addWaiter(HostTask task) {
    hosts.add(task);
  }

  void addWaiter(StreamOp wait) {
    streams.add(wait);
  }

  void reach(Kernel kernel, long now) {
    clock = source.stream().done();
    reached = true;
    time = now;
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.effect(this, Effect.WRITE);
      steering.signals(this);
    }
    hosts.forEach(kernel::makeReady);
    streams.forEach(kernel::makeReady);
    hosts.clear();
    streams.clear();
  }
}
