package org.jccl.sim.kernel;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The task of each thread: a rank's, or one of a thread that the kernel did not start. A thread may
 * outlive thousands of simulations, so it holds its task weakly: what holds it is the simulation.
 */
final class ThreadTasks {
  private static final int FEW = 16;

  private final Supplier<HostTask> newTask;
  private final ThreadLocal<@Nullable WeakReference<HostTask>> own = new ThreadLocal<>();

  /** Guarded by itself, as {@link #most}. */
  private final List<HostTask> all = new ArrayList<>();

  private int most = FEW;

  /**
   * @param newTask makes the task of the calling thread, which the kernel did not start
   */
  ThreadTasks(Supplier<HostTask> newTask) {
    this.newTask = newTask;
  }

  /** The task of the calling thread. */
  HostTask current() {
    WeakReference<HostTask> known = own.get();
    HostTask task = known == null ? null : known.get();
    return task == null ? begin() : task;
  }

  /** The calling thread is that of a rank. */
  void bind(HostTask rank) {
    own.set(new WeakReference<>(rank));
  }

  /** Those of threads that the kernel did not start, in the order in which they came. */
  List<HostTask> foreign() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  private HostTask begin() {
    HostTask made = newTask.get();
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
