package org.jccl.sim.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jccl.CollectiveTimeoutException;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Where threads that the simulator did not start wait for the baton: by the clock, as nobody knows
 * what else they are about to do. One of those that wait looks out whether all do.
 */
final class ForeignParking {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final long LOOKING_NANOS = 20_000;

  /** How many looks in turn must find that all wait. */
  private static final int LOOKS = 3;

  private final Baton baton;
  private final TimeLimit timeout;
  private final ForeignThreads threads;
  private volatile @Nullable HostTask lookout;
  private StandstillListener listener = (known, blocked, proven) -> {};

  /** Those that wait; roughly, while the baton changes hands. */
  private final AtomicInteger parked = new AtomicInteger();

  /**
   * @param timeout how long one waits at most
   */
  ForeignParking(Baton baton, TimeLimit timeout, ForeignThreads threads) {
    this.baton = baton;
    this.timeout = timeout;
    this.threads = threads;
  }

  /** Sets who is told of a standstill. */
  void onStandstill(StandstillListener value) {
    listener = value;
  }

  /** When a wait that begins now has taken too long. */
  long deadline() {
    return timeout.deadline();
  }

  /** {@code me}, which has the baton, has waited for too long: all waits end. */
  void giveUp(HostTask me, Wait what) {
    me.blocksFor(what);
    try {
      listener.onStandstill(threads.tasks(), threads.blocked(), !threads.anyMayReturn(me));
    } finally {
      me.goesOn();
    }
    me.throwPending();
    throw new CollectiveTimeoutException("waited " + timeout + " for " + what.describe());
  }

  /** One of those that wait is given the baton. */
  void leave() {
    parked.decrementAndGet();
  }

  /** Waits until {@code me}, the current thread's task, has the baton. */
  void park(HostTask me) {
    if (parked.incrementAndGet() < PROCESSORS) {
      lookForBaton(me);
    }
    sleep(me);
  }

  /**
   * Where there are cores enough for all who wait and the one who does not, each looks for the
   * baton a little while: to sleep and be woken costs far more than most calls take.
   */
  private void lookForBaton(HostTask me) {
    long since = System.nanoTime();
    while (baton.holder() != me && System.nanoTime() - since < LOOKING_NANOS) {
      Thread.onSpinWait();
    }
  }

  private void sleep(HostTask me) {
    long deadline = System.nanoTime() + timeout.nanos();
    if (me.isLimited() && me.deadline - deadline < 0) {
      deadline = me.deadline;
    }
    boolean asked = false;
    int standing = 0;
    while (baton.holder() != me) {
      boolean looks = isLookout(me);
      long left = Math.max(1_000_000, TimeLimit.left(deadline));
      LockSupport.parkNanos(baton, looks ? Math.min(left, Baton.LOOKOUT_NANOS) : left);
      if (looks && baton.takeFromLeftBehind(me)) {
        break;
      }
      boolean late = System.nanoTime() - deadline > 0;
      standing = looks && isStandstill() ? standing + 1 : 0;
      if (standing > LOOKS && !ForeignThreads.anyAlarmIsSet() && baton.takeLaidDown(me)) {
        listener.onStandstill(threads.tasks(), threads.blocked(), true);
        break;
      }
      if (Thread.interrupted()) {
        me.interrupted = true;
      }
      if (late || me.interrupted) {
        asked = asked || baton.askForIt(me);
      }
    }
  }

  /** One of the foreign threads that wait looks out whether all do. */
  private boolean isLookout(HostTask me) {
    HostTask now = lookout;
    if (me.state == HostTask.State.BLOCKED
        && (now == null || now.state != HostTask.State.BLOCKED || !now.thread.isAlive())) {
      lookout = me;
    }
    return lookout == me;
  }

  /** Whether no foreign thread that is known can go on; roughly, so it is asked several times. */
  private boolean isStandstill() {
    return baton.liesUnwanted() && !threads.anyMayReturn(null);
  }
}
