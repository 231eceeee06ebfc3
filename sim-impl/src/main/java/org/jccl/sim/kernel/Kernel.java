package org.jccl.sim.kernel;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jccl.config.TimeLimit;
import org.jccl.spi.RunningWork;
import org.jspecify.annotations.Nullable;

/**
 * What everything in a simulation goes through: calls of host threads, their waits, and runs of
 * rank programs.
 *
 * <p>One thread at a time has the {@link Baton}; the {@link EventLoop} says which one is next.
 * Everything in a simulation is touched only by the holder, so nothing in it needs a lock. A rank's
 * thread holds the baton while it runs user code and gives it up where it waits. A foreign thread
 * (free mode) holds it only inside calls.
 */
public final class Kernel {
  private final boolean yieldsAtCalls;

  /** The task of each thread: a rank's, or one that calls in. */
  private final ThreadTasks own;

  private final Baton baton;
  private final EventLoop loop;
  private final DeadEnd deadEnd;
  private final Polling polling;
  private final Limits limits;
  private final CurrentRun run;
  private @Nullable HostOrder hostOrder;
  private @Nullable CallGate gate;

  /**
   * One that has patience of the same length.
   *
   * @param foreignTimeout how long a foreign thread waits at most
   */
  public Kernel(Choices choices, Duration foreignTimeout) {
    this(choices, new TimeLimit(foreignTimeout), new TimeLimit(foreignTimeout));
  }

  /**
   * @param foreignTimeout how long a foreign thread waits at most
   * @param patience the longest limit that somebody means to wait for: where nothing can happen any
   *     more, a wait with a longer one is a deadlock as one without
   */
  public Kernel(Choices choices, TimeLimit foreignTimeout, TimeLimit patience) {
    this.yieldsAtCalls = choices.yieldsAtCalls();
    this.own = new ThreadTasks(this::newForeignTask);
    this.baton = new Baton(foreignTimeout, new ForeignThreads(own));
    this.loop = new EventLoop(choices, baton);
    this.deadEnd = loop.deadEnd();
    this.polling = new Polling(loop, baton);
    this.limits = new Limits(own, baton, patience);
    this.run = new CurrentRun(this, loop, baton);
  }

  /** Sets who is told of quiescence. */
  public void onQuiescence(QuiescenceListener value) {
    deadEnd.onQuiescence(value);
  }

  /** Sets what sees each call of a program as it begins. */
  public void watchCalls(CallGate value) {
    gate = value;
  }

  /** Sets what keeps the order among host threads. */
  public void keepOrder(@Nullable HostOrder value) {
    hostOrder = value;
  }

  /** What keeps the order among host threads; null if nobody does. */
  @Nullable HostOrder hostOrder() {
    return hostOrder;
  }

  /** Sets who is told of a standstill of foreign threads. */
  public void onStandstill(StandstillListener value) {
    baton.parking().onStandstill(value);
  }

  /** The trace of this simulation. */
  public Trace trace() {
    return loop.trace();
  }

  /** The longest limit that somebody means to wait for: nothing may stand still for longer. */
  public TimeLimit patience() {
    return limits.patience();
  }

  /** The stream of decisions. */
  public Choices choices() {
    return loop.choices();
  }

  /**
   * Whether the last run of rank programs can be repeated exactly: no foreign thread took part, and
   * no rank blocked outside jccl.
   */
  public boolean isRepeatable() {
    return baton.isRepeatable();
  }

  /**
   * A number that moves while anything happens, which a question does not count as; may be read by
   * any thread, then roughly.
   */
  public long progress() {
    return loop.progress();
  }

  /** The number of questions so far; may be read by any thread, then roughly. */
  public long questions() {
    return polling.questions();
  }

  /** The task that holds the baton, or null. */
  public @Nullable HostTask holder() {
    return baton.holder();
  }

  /** The current run of rank programs, or the last one. */
  public CurrentRun currentRun() {
    return run;
  }

  /** Its tasks, in rank order. */
  public List<HostTask> tasks() {
    return baton.ranks();
  }

  // ---------------------------------------------------------------- calls

  /**
   * Begins a call of the current thread that waits for nobody: it holds the baton afterwards, until
   * {@link #exit}. No other host thread runs meanwhile: the caller may hold locks of its own, and a
   * schedule must not make a deadlock that the program does not have. Devices may go on.
   */
  public HostTask enter() {
    HostTask task = grasp();
    if (task.depth++ == 0) {
      begun(task);
      if (yieldsAtCalls && task.owned) {
        loop.letDevicesRun(task);
      }
    }
    return task;
  }

  /** The same for a call in which NCCL or CUDA may wait: others may run first. */
  public HostTask enterToWait() {
    HostTask task = grasp();
    if (task.depth++ == 0) {
      begun(task);
      if (yieldsAtCalls && task.owned) {
        loop.beginWaitingCall(task);
      }
    }
    return task;
  }

  /** Makes sure that the current thread holds the baton. */
  private HostTask grasp() {
    HostTask task = baton.holder();
    if (task == null || task.thread != Thread.currentThread()) {
      return acquire();
    }
    if (task.depth == 0 && !task.grasp()) {
      baton.comeBack(task); // it was taken away this very moment
    }
    return task;
  }

  private HostTask acquire() {
    RunningWork.requireNone();
    HostTask task = own.current();
    if (task.owned) {
      baton.comeBack(task);
    } else {
      baton.acquire(task);
    }
    return task;
  }

  /**
   * The call that {@link #enter} began is one of the program's: whoever watches calls sees it.
   *
   * @param device index of the device that it is for
   * @param call its name
   */
  public void calls(HostTask task, int device, String call) {
    CallGate watching = gate;
    if (watching != null && task.depth == 1) {
      watching.begins(task, device, call);
    }
  }

  private void begun(HostTask task) {
    task.declared = false;
    loop.countCall();
    if (task.gone != null) {
      exit(task);
      throw task.gone;
    }
    if (task.question != null) {
      task.question = null;
    }
    if (task.verdict != null) {
      exit(task);
      throw task.takeVerdict();
    }
  }

  /** Ends the call that {@link #enter} began. */
  public void exit(HostTask task) {
    if (task.depth == 1 && !task.declared) {
      loop.undeclared(task);
    }
    if (--task.depth == 0 && !task.abandoned) {
      if (!task.owned) {
        loop.passOn(null);
      } else if (task.away == HostTask.Away.BLOCKING) {
        stepOutside(task);
      } else {
        task.loosen();
      }
    }
  }

  /**
   * A question whose answer is not yet: lets everything else that can run do so once, so that
   * polling ends. To ask again and again is to wait: where nothing but questions happens any more,
   * that is a deadlock, and this throws its report.
   *
   * @param what what is asked for, as a wait
   */
  public void ask(HostTask task, Wait what) {
    polling.ask(task, what);
    throwIfEnded(task, what);
  }

  /**
   * Whether rank programs are all that can change anything, so that questions in vain are counted.
   * May be read by any thread, then roughly.
   */
  public boolean isAlone() {
    return baton.isAlone();
  }

  /**
   * Waits, baton given up, until {@code condition} holds. Whoever makes it true calls {@link
   * #wake}.
   *
   * @param what what is waited for, for reports
   */
  public void await(HostTask task, BooleanSupplier condition, Wait what) {
    long deadline = task.owned ? Long.MAX_VALUE : baton.parking().deadline();
    while (!condition.getAsBoolean()) {
      throwIfEnded(task, what);
      if (!task.owned && System.nanoTime() - deadline > 0) {
        baton.parking().giveUp(task, what);
      }
      task.awaited = condition;
      block(task, what);
    }
    task.throwPending();
  }

  private void throwIfEnded(HostTask task, Wait what) {
    task.throwPending();
    if (task.mayBeLate()) {
      limits.throwIfLate(task, what);
    }
  }

  private void block(HostTask task, Wait what) {
    task.blocksFor(what);
    if (!task.owned) {
      baton.countForeignWaiting(1);
    }
    try {
      loop.passOn(task);
    } finally {
      if (!task.owned) {
        baton.countForeignWaiting(-1);
      }
      task.goesOn();
    }
  }

  /**
   * Does {@code body} in the current thread, whose waits end after {@code limit}: in virtual time
   * where rank programs are all that takes part and the limit is short, else by the clock.
   *
   * @throws LimitPassed if a wait ended so
   */
  public <T> T within(TimeLimit limit, Supplier<T> body) {
    return limits.within(limit, body);
  }

  /**
   * The running thread lets so much virtual time pass, whatever limits it has; one that does not go
   * by virtual time does not wait for that.
   */
  public void sleep(HostTask task, long nanos, Wait what) {
    long until = task.clock() + nanos;
    if (baton.goesByClock(task)) {
      task.waitedUntil(until);
      return;
    }
    HostTask.Limit outer =
        task.limitedTo(new HostTask.Limit(until, System.nanoTime() + nanos, true));
    try {
      await(task, () -> false, what);
    } catch (LimitPassed passed) {
      limits.uncount(); // it was to be so
    } finally {
      task.limitedTo(outer);
    }
    if (task.clock() >= task.limit) {
      throw new LimitPassed(what);
    }
  }

  /** How many waits have come to the end of their time so far. */
  public long limitsPassed() {
    return limits.passed();
  }

  /** The running thread never goes on, whatever limits it has, unless somebody ends its wait. */
  public void stop(HostTask task, Wait what) {
    HostTask.Limit outer = task.limitedTo(HostTask.Limit.NONE);
    try {
      await(task, () -> false, what);
    } finally {
      task.limitedTo(outer);
    }
  }

  /** Makes {@code step} ready to run at that virtual time; called by the holder. */
  public void at(long time, SimStep step) {
    deadEnd.alarms().set(time, step);
  }

  /** The time by which limits of the current thread go: a rank's is virtual. */
  public long now() {
    return limits.now();
  }

  /** {@link #await} outside a call: the waits of the control plane. */
  void awaitOutsideCall(BooleanSupplier condition, Wait what) {
    HostTask task = grasp();
    task.depth++;
    task.declared = true;
    loop.hostsMeet();
    try {
      loop.countCall();
      task.requireHere();
      await(task, condition, what);
      loop.hostsMeet();
    } finally {
      exit(task);
    }
  }

  /**
   * The current call tells by itself all that others can see of it ({@link Steering#effect}): what
   * it does not tell commutes with what anybody does.
   */
  public void declares(HostTask task) {
    task.declared = true;
  }

  /** The call of {@code task} goes on, and may wait: others may run first. For who is steered. */
  public void divides(HostTask task) {
    if (task.owned && loop.steering() != null) {
      loop.beginWaitingCall(task);
    }
  }

  /** The current event changes or learns what ranks tell each other on the host. */
  void hostsMeet() {
    loop.hostsMeet();
  }

  /** Who steers the run step by step and wants to know what steps do; null if nobody does. */
  public @Nullable Steering steering() {
    return loop.steering();
  }

  /** Makes {@code step} ready to run; called by the holder. */
  public void makeReady(SimStep step) {
    loop.makeReady(step);
  }

  /** Ends a task's sleep so that it looks at its condition again; called by any thread. */
  public void wake(HostTask task) {
    loop.wake(task);
  }

  // ---------------------------------------------------------------- rank programs

  /** The task of {@code thread}, which runs the program of {@code rank}. */
  HostTask newRankTask(int rank, Thread thread) {
    return new HostTask(loop, rank, true, thread);
  }

  /** The task of the current thread. */
  HostTask current() {
    return own.current();
  }

  /** The current thread is that of a rank. */
  void bind(HostTask rank) {
    own.bind(rank);
  }

  /** A task ends: it gets the baton, as for a call. */
  void beginLastCall() {
    grasp();
    loop.countCall();
  }

  private HostTask newForeignTask() {
    return new HostTask(loop, -1, false, Thread.currentThread());
  }

  /**
   * Why the current thread's program has failed, if more is known than what it has thrown: the
   * report that ended its waits.
   */
  public @Nullable RuntimeException verdict() {
    HostTask task = own.current();
    return task.verdict == null ? null : task.takeVerdict();
  }

  /** Whether the current thread is that of a rank. */
  public boolean isRank() {
    return own.current().owned;
  }

  /** The rank whose thread the current one is, or -1. */
  public int rank() {
    HostTask task = own.current();
    return task.owned ? task.rank() : -1;
  }

  /** Something that blocks outside jccl. */
  @FunctionalInterface
  public interface Body<T, X extends Exception> {
    /** Runs it. */
    T run() throws X;
  }

  /** Runs {@code body}, which blocks outside jccl, without the baton. */
  public <T, X extends Exception> T outside(Body<T, X> body) throws X {
    return outside(body, HostTask.Away.BLOCKING);
  }

  /** The same for a wait that its own time ends. */
  <T, X extends Exception> T outsideForATime(Body<T, X> body) throws X {
    return outside(body, HostTask.Away.TIMED);
  }

  private <T, X extends Exception> T outside(Body<T, X> body, HostTask.Away why) throws X {
    HostTask task = own.current();
    HostTask.Away before = task.away;
    if (!task.owned || (before == HostTask.Away.BLOCKING && task.depth == 0)) {
      return body.run();
    }
    grasp();
    task.away = why;
    stepOutside(task);
    try {
      return body.run();
    } finally {
      baton.comeBack(task);
      task.away = before == HostTask.Away.BLOCKING ? before : HostTask.Away.NOT;
      if (task.depth == 0) {
        task.loosen();
      }
    }
  }

  /** Goes on without the baton; counted as outside until it comes back. */
  private void stepOutside(HostTask task) {
    baton.stepOutside(task);
    loop.passOn(null);
  }
}
