package org.jccl.sim.kernel;

import java.util.function.Supplier;
import org.jccl.config.TimeLimit;

/**
 * How long the waits of a host thread may take: in virtual time where rank programs are all that
 * takes part and the limit is short, else by the clock.
 */
final class Limits {
  private final ThreadTasks threads;
  private final Baton baton;
  private final TimeLimit patience;
  private long passed;

  /**
   * @param patience the longest limit that somebody means to wait for
   */
  Limits(ThreadTasks threads, Baton baton, TimeLimit patience) {
    this.threads = threads;
    this.baton = baton;
    this.patience = patience;
  }

  /** The longest limit that somebody means to wait for. */
  TimeLimit patience() {
    return patience;
  }

  /**
   * Does {@code body} in the current thread, whose waits end after {@code limit}.
   *
   * @throws LimitPassed if a wait ended so
   */
  <T> T within(TimeLimit limit, Supplier<T> body) {
    HostTask task = threads.current();
    long outer = task.limit;
    long outerDeadline = task.deadline;
    long until = limit.isForever() ? Long.MAX_VALUE : task.clock() + limit.nanos();
    if (until < outer) {
      task.limit = until;
      task.deadline = limit.deadline();
      task.isLimitShort = limit.nanos() <= patience.nanos();
    }
    try {
      return body.get();
    } finally {
      task.limit = outer;
      task.deadline = outerDeadline;
      task.late = false;
    }
  }

  /** How many waits have come to the end of their time so far. */
  long passed() {
    return passed;
  }

  /** One of them was a sleep. */
  void uncount() {
    passed--;
  }

  /** The time by which limits of the current thread go: a rank's is virtual. */
  long now() {
    HostTask task = threads.current();
    return task.owned ? task.clock() : System.nanoTime();
  }

  /**
   * @throws LimitPassed if the wait of {@code task} for {@code what} has come to the end of its
   *     time
   */
  void throwIfLate(HostTask task, Wait what) {
    if (task.late || (task.isPastDeadline() && baton.goesByClock(task))) {
      task.late = false;
      task.waitedUntil(task.limit);
      passed++;
      throw new LimitPassed(what);
    }
  }
}
