package org.jccl.sim.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Where nothing can run although ranks wait: the earliest limit passes, or it is a deadlock, and
 * all waits end.
 */
final class DeadEnd {
  private final EventLoop loop;
  private final Baton baton;
  private QuiescenceListener listener = blocked -> {};

  DeadEnd(EventLoop loop, Baton baton) {
    this.loop = loop;
    this.baton = baton;
  }

  /** Sets who is told of a deadlock. */
  void onQuiescence(QuiescenceListener value) {
    listener = value;
  }

  /** Whether this is one, and waits were ended. */
  boolean isBroken() {
    return baton.nobodyComes() && breakIt();
  }

  /** Ends one limited wait, or all waits; false if none waits. */
  boolean breakIt() {
    return endLimitedWait() || failBlocked();
  }

  /** Virtual time goes on to the earliest limit of a wait; false if none has one. */
  private boolean endLimitedWait() {
    HostTask first = null;
    for (HostTask task : baton.ranks()) {
      if (waits(task)
          && task.isLimited()
          && task.isLimitShort
          && (first == null || task.limit < first.limit)) {
        first = task;
      }
    }
    if (first == null) {
      return false;
    }
    first.late = true;
    loop.makeReady(first);
    return true;
  }

  /** Ends all waits, as of a deadlock; false if none waits. */
  boolean failBlocked() {
    List<HostTask> blocked = new ArrayList<>(0);
    for (HostTask task : baton.ranks()) {
      if (waits(task) && !task.abandoned) {
        blocked.add(task);
      }
    }
    if (blocked.isEmpty()) {
      return false;
    }
    Steering steering = loop.steering();
    if (steering != null) {
      steering.deadEnd();
    }
    listener.onQuiescence(blocked);
    return true;
  }

  private static boolean waits(HostTask task) {
    return (task.state == HostTask.State.BLOCKED || task.isAsking())
        && task.state != HostTask.State.FINISHED;
  }
}
