package org.jccl.sim.kernel;

import java.util.List;

/** Told when nothing can run although tasks wait: it ends their waits. */
@FunctionalInterface
public interface QuiescenceListener {
  /** {@code blocked} is every task that waits; each must be failed. */
  void onQuiescence(List<HostTask> blocked);
}
