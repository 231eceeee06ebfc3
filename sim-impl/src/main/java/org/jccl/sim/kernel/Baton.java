package org.jccl.sim.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Who may touch the simulation: the holder of the baton. It is given away, laid down, taken up and
 * waited for here; {@link EventLoop} says who gets it next.
 */
final class Baton {
  /** How often a thread with a limit looks again while it waits. */
  static final long LOOKOUT_NANOS = 50_000_000;

  private static final VarHandle HOLDER = handleOfHolder();

  /** Guards {@link #arrivals}, {@link #outside} and the change of {@link #holder} from null. */
  private final Object gate = new Object();

  private final ArrayDeque<HostTask> arrivals = new ArrayDeque<>();
  private final ForeignParking parking;

  /** Whether there are arrivals; written under the gate, read without. */
  private volatile boolean arrived;

  /** Rank threads that run or wait without the baton; written under the gate. */
  private volatile int outside;

  private volatile List<HostTask> ranks = List.of();
  private int foreignWaiting;
  private boolean repeatable = true;
  private boolean foreignSeen;
  private boolean running;
  private volatile @Nullable HostTask holder;

  /**
   * @param foreignTimeout how long a foreign thread waits at most
   */
  Baton(TimeLimit foreignTimeout, ForeignThreads foreigners) {
    this.parking = new ForeignParking(this, foreignTimeout, foreigners);
  }

  private static VarHandle handleOfHolder() {
    try {
      return MethodHandles.lookup().findVarHandle(Baton.class, "holder", HostTask.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** The task that holds it, or null. */
  @Nullable HostTask holder() {
    return holder;
  }

  /** Where foreign threads wait. */
  ForeignParking parking() {
    return parking;
  }

  // ---------------------------------------------------------------- a run and who takes part

  /** A run of rank programs begins; false if one goes on. */
  boolean beginRun(List<HostTask> tasks) {
    synchronized (gate) {
      if (running) {
        return false;
      }
      running = true;
      ranks = List.copyOf(tasks);
      repeatable = true;
      foreignSeen = false;
      return true;
    }
  }

  /** The rank tasks of the current or last run, in rank order. */
  List<HostTask> ranks() {
    return ranks;
  }

  /** All rank tasks have ended. */
  void endRun() {
    synchronized (gate) {
      running = false;
    }
  }

  /** Whether nothing but rank programs took part, and none blocked outside jccl. */
  boolean isRepeatable() {
    synchronized (gate) {
      return repeatable && !foreignSeen;
    }
  }

  /** Whether rank programs are all that can change anything; by any thread, then roughly. */
  boolean isAlone() {
    return outside == 0 && foreignWaiting == 0 && running && !foreignSeen;
  }

  /** Whether rank programs are all that can change anything, and none has come back. */
  boolean nobodyComes() {
    synchronized (gate) {
      return isAlone() && arrivals.isEmpty();
    }
  }

  /** Whether more than rank programs take part in what {@code task} waits for. */
  boolean goesByClock(HostTask task) {
    synchronized (gate) {
      return !task.owned || outside > 0 || foreignSeen;
    }
  }

  /** A foreign thread waits inside a call, or, with -1, does so no more; by the holder. */
  void countForeignWaiting(int more) {
    foreignWaiting += more;
  }

  // ---------------------------------------------------------------- arriving

  /**
   * The thread of {@code task}, a foreign one, takes the baton up where it lies, or waits for it.
   */
  void acquire(HostTask task) {
    synchronized (gate) {
      if (running && !foreignSeen) {
        foreignSeen = true;
        clockCounts();
      }
      if (holder == null || holder.abandoned) {
        holder = task;
        task.state = HostTask.State.RUNNING;
        return;
      }
      task.parked = true;
      arrivals.add(task);
      arrived = true;
    }
    parkUntilHolder(task);
    task.state = HostTask.State.RUNNING;
  }

  /** {@code task} wants the baton, to look at its condition again; by any thread. */
  void arrive(HostTask task) {
    synchronized (gate) {
      if (holder != null) {
        arrivals.add(task);
        arrived = true;
      } else if (task.parked) {
        give(task);
      } // else it runs already, and will look at its condition before it sleeps
    }
  }

  /** Whether {@link #takeArrivals} has something to do. */
  boolean hasArrivals() {
    return arrived;
  }

  /** Those who have arrived go on in {@code loop}. */
  void takeArrivals(EventLoop loop) {
    synchronized (gate) {
      arrived = false;
      for (HostTask task = arrivals.poll(); task != null; task = arrivals.poll()) {
        loop.makeReady(task);
      }
    }
  }

  // ---------------------------------------------------------------- giving it away

  /** The next one who arrives takes it, unless one has: then this does nothing and is false. */
  boolean layDown(@Nullable HostTask me) {
    synchronized (gate) {
      if (!arrivals.isEmpty()) {
        return false;
      }
      if (me != null) {
        me.parked = true;
      }
      holder = null;
    }
    return true;
  }

  /** {@code task}, which waits for the baton or is new, has it. */
  void give(HostTask task) {
    if (task.owned) {
      task.given = true;
      task.loosen();
    } else {
      parking.leave();
    }
    HOLDER.setRelease(this, task); // what wakes its thread orders this before
    if (task.state == HostTask.State.NEW && task.owned) {
      task.state = HostTask.State.RUNNING;
      task.thread.start();
    } else {
      LockSupport.unpark(task.thread);
    }
  }

  /** Sleeps until {@code me}, the current thread's task, has it. */
  void parkUntilHolder(HostTask me) {
    if (me.owned) {
      boolean asked = false;
      while (!(holder == me && me.grasp())) {
        parkInTime(me);
        requireNotAbandoned(me);
        if (Thread.interrupted()) {
          me.interrupted = true;
          asked = asked || askForIt(me);
        } else if (me.isPastDeadline() && goesByClock(me)) {
          asked = asked || askForIt(me);
        }
      }
    } else {
      parking.park(me);
    }
    me.parked = false;
  }

  /** An alarm clock costs more than many calls: it is set only where the clock counts. */
  private void parkInTime(HostTask me) {
    if (me.isLimited() && goesByClock(me)) {
      LockSupport.parkNanos(this, Math.max(LOOKOUT_NANOS, TimeLimit.left(me.deadline)));
    } else {
      LockSupport.park(this);
    }
  }

  /** From now on the clock counts: those whose waits are limited set their alarms. */
  private void clockCounts() {
    for (HostTask task : ranks) {
      if (task.isLimited()) {
        LockSupport.unpark(task.thread);
      }
    }
  }

  /** Asks for the baton, to look at the clock or the interrupt with it in hand. */
  boolean askForIt(HostTask me) {
    if (holder == me) {
      return false;
    }
    arrive(me);
    return true;
  }

  private static void requireNotAbandoned(HostTask me) {
    if (me.abandoned) {
      throw new CollectiveException(
          ResultCode.REMOTE_ERROR, "rank " + me.rank() + " was left behind: its run is over");
    }
  }

  // ---------------------------------------------------------------- without it

  /** A rank's thread goes on without it; counted as outside until {@link #comeBack}. */
  void stepOutside(HostTask task) {
    goesOutside();
    task.state = HostTask.State.OUTSIDE;
  }

  private void goesOutside() {
    synchronized (gate) {
      repeatable = false;
      if (outside++ == 0) {
        clockCounts();
      }
    }
  }

  /** A rank's thread that was outside waits for it. */
  void comeBack(HostTask task) {
    requireNotAbandoned(task);
    synchronized (gate) {
      outside--;
      task.parked = true;
      arrive(task);
    }
    parkUntilHolder(task);
    if (task.away == HostTask.Away.TAKEN) {
      task.away = HostTask.Away.NOT;
    }
    task.state = HostTask.State.RUNNING;
    task.wasOutside();
  }

  /** Whether it lies and nobody has come, outside a run. */
  boolean liesUnwanted() {
    synchronized (gate) {
      return !running && holder == null && arrivals.isEmpty();
    }
  }

  /** {@code me} takes it up where it lies; false if somebody was faster. */
  boolean takeLaidDown(HostTask me) {
    synchronized (gate) {
      if (!liesUnwanted()) {
        return false;
      }
      parking.leave();
      holder = me;
      return true;
    }
  }

  /** {@code me}, a foreign thread's, takes it from a rank that was left behind with it. */
  boolean takeFromLeftBehind(HostTask me) {
    synchronized (gate) {
      HostTask last = holder;
      if (last == null || !last.abandoned || !arrivals.remove(me)) {
        return false;
      }
      parking.leave();
      holder = me;
      return true;
    }
  }

  /**
   * {@code self}, the current thread's task, takes it from {@code from}, which keeps it in user
   * code, or takes it up where it lies; false if that is so no more. A rank from which it was taken
   * goes on without it.
   */
  boolean seize(@Nullable HostTask from, HostTask self) {
    synchronized (gate) {
      if (!running || holder != from || self.owned) {
        return false;
      }
      if (from != null && !(from.owned && (from.take() || !from.thread.isAlive()))) {
        return false;
      }
      if (from != null && from.state != HostTask.State.FINISHED && !from.given) {
        goesOutside();
        from.away = HostTask.Away.TAKEN;
        from.state = HostTask.State.OUTSIDE;
      }
      hold(self);
    }
    return true;
  }

  /**
   * The ranks that have not ended never get it again. {@code self}, the current thread's task,
   * takes it over if a rank had it. Those left behind, in order.
   */
  List<HostTask> abandon(HostTask self) {
    List<HostTask> left = new ArrayList<>();
    synchronized (gate) {
      for (HostTask task : ranks) {
        if (task.state != HostTask.State.FINISHED) {
          task.abandoned = true;
          left.add(task);
        }
      }
      outside = 0;
      HostTask last = holder;
      if (last == null || last.owned) {
        hold(self);
      }
    }
    return left;
  }

  private void hold(HostTask self) {
    holder = self;
    self.state = HostTask.State.RUNNING;
    self.depth++;
  }
}
