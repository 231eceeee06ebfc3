package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;

/** One record of an event: reached or not, when, and who waits. */
final class Recording {
  private final List<HostTask> hosts = new ArrayList<>(1);
  private final List<EventWait> streams = new ArrayList<>(1);
  private boolean reached;
  private long time;

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

  void addWaiter(EventWait wait) {
    streams.add(wait);
  }

  void reach(Kernel kernel, long now) {
    reached = true;
    time = now;
    hosts.forEach(kernel::makeReady);
    streams.forEach(kernel::makeReady);
    hosts.clear();
    streams.clear();
  }
}
