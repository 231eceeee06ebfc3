package org.jccl.sim.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of rank programs: its tasks begin and end, and whoever watches over it takes the baton from
 * one that keeps it, ends all waits, gives the run up or leaves ranks behind.
 */
public final class CurrentRun {
  private final Kernel kernel;
  private final EventLoop loop;
  private final Baton baton;
  private final DeadEnd deadEnd;

  /** Why it was given up, or null. */
  private volatile @Nullable RuntimeException condemnation;

  CurrentRun(Kernel kernel, EventLoop loop, Baton baton) {
    this.kernel = kernel;
    this.loop = loop;
    this.baton = baton;
    this.deadEnd = loop.deadEnd();
  }

  /** The rank tasks {@code tasks} begin, in that order; the calling thread does not wait. */
  void begin(List<HostTask> tasks) {
    HostTask starter = kernel.enter();
    if (!baton.beginRun(tasks)) {
      kernel.exit(starter);
      throw new IllegalStateException("this simulator already runs rank programs");
    }
    condemnation = null;
    tasks.forEach(loop::makeReady);
    kernel.exit(starter);
  }

  /** The thread of a rank task has started: it goes on when it has noticed the baton. */
  void started(HostTask task) {
    kernel.bind(task);
    baton.parkUntilHolder(task);
    task.loosen();
  }

  /** The program of the current thread, a rank's, has ended; what follows is no call of it. */
  public void programEnds() {
    HostTask task = kernel.current();
    task.programEnds();
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.closes(task);
    }
  }

  /** The thread of a rank task, the current one, has come to its end. */
  void finish(HostTask task) {
    if (task.abandoned) {
      return;
    }
    kernel.beginLastCall();
    task.question = null;
    task.state = HostTask.State.FINISHED;
    loop.trace().add(Trace.Event.FINISH, task.rank(), 0, 0);
    loop.passOn(null);
  }

  /** All rank tasks have ended. */
  void over() {
    baton.endRun();
  }

  /** Why the current or last run was given up, or null: all that fails later fails of that. */
  public @Nullable RuntimeException condemnation() {
    return condemnation;
  }

  // ---------------------------------------------------------------- the watch

  /**
   * Takes the baton from {@code from}, which keeps it in user code, or, with null, takes it up
   * where it lies; false if that is so no more. The current thread must {@link #release} it. A rank
   * from which it was taken goes on without it, and gets it back at its next call.
   */
  public boolean seize(@Nullable HostTask from) {
    if (!baton.seize(from, kernel.current())) {
      return false;
    }
    if (from != null && from.given) {
      from.parked = true; // it has not noticed that it was its turn, which comes again
      loop.makeReady(from);
    }
    return true;
  }

  /** Gives the baton that {@link #seize} took to whoever can run. */
  public void release() {
    kernel.exit(kernel.current());
  }

  /**
   * Ends all waits of ranks, as when nothing can run; called with the baton. False if none waits.
   */
  public boolean endWaits() {
    return deadEnd.failBlocked();
  }

  /** Ends the waits of all ranks by {@code why}, and lets those that are away fail of it. */
  public void condemn(RuntimeException why) {
    condemnation = why;
    for (HostTask task : baton.ranks()) {
      task.condemn(why);
    }
  }

  /**
   * The run is over for the ranks that have not ended: they are left behind, and their threads
   * never get the baton again. The ranks, in order.
   */
  List<HostTask> abandon() {
    HostTask self = kernel.current();
    List<HostTask> left = baton.abandon(self);
    if (baton.holder() == self) {
      release();
    }
    return left;
  }
}
