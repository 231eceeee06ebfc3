package org.jccl.sim.kernel;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of threads that the kernel did not start. A thread may outlive thousands of
 * simulations, so it holds its task weakly: what holds it is the simulation.
 */
final class ForeignTasks {
  private static final int FEW = 16;

  private final Kernel kernel;
  private final ThreadLocal<@Nullable WeakReference<HostTask>> own = new ThreadLocal<>();

  /** Guarded by itself, as {@link #most}. */
  private final List<HostTask> all = new ArrayList<>();

  private int most = FEW;

  ForeignTasks(Kernel kernel) {
    this.kernel = kernel;
  }

  /** The task of the calling thread. */
  HostTask current() {
    WeakReference<HostTask> known = own.get();
    HostTask task = known == null ? null : known.get();
    return task == null ? begin() : task;
  }

  private HostTask begin() {
    HostTask made = new HostTask(kernel, -1, false, Thread.currentThread());
    own.set(new WeakReference<>(made));
    synchronized (all) {
      if (all.size() >= most) {
        all.removeIf(each -> !each.thread.isAlive());
        most = Math.max(FEW, 2 * all.size());
      }
      all.add(made);
    }
    return made;
  }
}
