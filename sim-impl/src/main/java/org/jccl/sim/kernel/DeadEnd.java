package org.jccl.sim.kernel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where nothing can run although ranks wait: virtual time goes on to the earliest alarm or limit,
 * or it is a deadlock, and all waits end.
 */
final class DeadEnd {
  private final EventLoop loop;
  private final Baton baton;
  private final VirtualAlarms alarms = new VirtualAlarms();
  private QuiescenceListener listener = blocked -> {};

  DeadEnd(EventLoop loop, Baton baton) {
    this.loop = loop;
    this.baton = baton;
  }

  /** Sets who is told of a deadlock. */
  void onQuiescence(QuiescenceListener value) {
    listener = value;
  }

  /** The steps that wait for a virtual time. */
  VirtualAlarms alarms() {
    return alarms;
  }

  /** Whether this is one, and something was made to go on. */
  boolean isBroken() {
    // Where not all go by virtual time, nobody waits for it.
    return baton.nobodyComes() ? breakIt() : !baton.isAlone() && alarms.ring(loop);
  }

  /** Lets virtual time go on, or ends all waits; false if none waits. */
  boolean breakIt() {
    return passTime() || failBlocked();
  }

  /** Virtual time goes on to the earliest alarm or limit of a wait; false if there is none. */
  private boolean passTime() {
    HostTask first = firstLimited();
    if (first == null || alarms.next() <= first.limit) {
      return alarms.ring(loop);
    }
    first.late = true;
    loop.makeReady(first);
    return true;
  }

  /** Whose wait ends first by its limit, or null. */
  private @Nullable HostTask firstLimited() {
    HostTask first = null;
    for (HostTask task : baton.ranks()) {
      if (waits(task)
          && task.isLimited()
          && task.isLimitShort
          && (first == null || task.limit < first.limit)) {
        first = task;
      }
    }
    return first;
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
