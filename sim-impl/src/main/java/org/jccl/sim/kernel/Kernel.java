package org.jccl.sim.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * The event loop and the baton.
 *
 * <p>There is no kernel thread: whoever holds the baton and cannot go on runs device steps itself
 * until something makes it ready again, or hands the baton to the host thread that is chosen next.
 * Everything in a simulation is touched only by the holder, so nothing in it needs a lock.
 *
 * <p>A rank's thread holds the baton while it runs user code and gives it up where it waits. A
 * foreign thread (free mode) holds it only inside calls.
 */
public final class Kernel {
  /** Told when nothing can run although tasks wait: it ends their waits. */
  @FunctionalInterface
  public interface QuiescenceListener {
    /** {@code blocked} is every task that waits; each must be failed. */
    void onQuiescence(List<HostTask> blocked);
  }

  /** Told when foreign threads wait for each other: it ends their waits. */
  @FunctionalInterface
  public interface StandstillListener {
    /**
     * @param known all foreign threads that have used the simulation
     * @param blocked those that wait, each of which must be failed
     * @param proven whether no known thread can go on; else one has waited for too long
     */
    void onStandstill(List<HostTask> known, List<HostTask> blocked, boolean proven);
  }

  private static final VarHandle HOLDER = handleOfHolder();
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final long LOOKING_NANOS = 20_000;

  /** How often a foreign thread that waits looks whether all do, and how often that must be so. */
  private static final long LOOKOUT_NANOS = 50_000_000;

  private static final int LOOKS = 3;

  /** So many questions while nothing else happens are a deadlock. */
  private static final long MOST_QUESTIONS = 1_000_000;

  /** So many where who asks has a short limit, which then passes. */
  private static final long QUESTIONS_OF_A_LIMIT = 10_000;

  private final Choices choices;
  private final boolean yieldsAtCalls;
  private final TimeLimit foreignTimeout;
  private final TimeLimit patience;
  private final Trace trace = new Trace();
  private final ReadyList ready = new ReadyList();
  private volatile List<HostTask> owned = List.of();

  /** The task of each thread: a rank's, or one that calls in. */
  private final ThreadTasks own = new ThreadTasks(this);

  private final ForeignThreads foreigners = new ForeignThreads(own);
  private volatile @Nullable HostTask lookout;
  private QuiescenceListener listener = blocked -> {};
  private StandstillListener standstill = (known, blocked, proven) -> {};
  private long steps;
  private long moments;

  /** Calls begun that were no questions. */
  private long calls;

  private long questions;

  /** Questions since something happened that was none. */
  private long questionsInVain;

  private long lastProgress;
  private int foreignWaiting;
  private @Nullable CallGate gateOfCalls;
  private final VirtualAlarms alarms = new VirtualAlarms();
  private @Nullable HostOrder hostOrder;

  /** Foreign threads that wait for the baton; roughly, while it changes hands. */
  private final AtomicInteger foreignParked = new AtomicInteger();

  /** Guards {@link #arrivals}, {@link #outside} and the change of {@link #holder} from null. */
  private final Object gate = new Object();

  private final ArrayDeque<HostTask> arrivals = new ArrayDeque<>();

  /** Whether there are arrivals; written under the gate, read without. */
  private volatile boolean arrived;

  /** The holder while it runs device steps, if it goes on as soon as its wait is over; or null. */
  private @Nullable HostTask runner;

  private boolean runnerReady;
  private final boolean goesOn;

  /** Rank threads that run or wait without the baton; written under the gate. */
  private volatile int outside;

  private boolean repeatable = true;
  private boolean foreignSeen;
  private boolean running;

  /** Why the current run was given up, or null. */
  private volatile @Nullable RuntimeException condemnation;

  private volatile @Nullable HostTask holder;

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
    this.choices = choices;
    this.goesOn = choices.goesOn();
    this.yieldsAtCalls = choices.yieldsAtCalls();
    this.foreignTimeout = foreignTimeout;
    this.patience = patience;
  }

  private static VarHandle handleOfHolder() {
    try {
      return MethodHandles.lookup().findVarHandle(Kernel.class, "holder", HostTask.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Sets who is told of quiescence. */
  public void onQuiescence(QuiescenceListener value) {
    listener = value;
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
    standstill = value;
  }

  /** Sets what sees each call of a program as it begins. */
  public void watchCalls(CallGate value) {
    gateOfCalls = value;
  }

  /** The trace of this simulation. */
  public Trace trace() {
    return trace;
  }

  /** The stream of decisions. */
  public Choices choices() {
    return choices;
  }

  /**
   * Whether the last run of rank programs can be repeated exactly: no foreign thread took part, and
   * no rank blocked outside jccl.
   */
  public boolean isRepeatable() {
    synchronized (gate) {
      return repeatable && !foreignSeen;
    }
  }

  /**
   * A number that moves while anything happens, which a question does not count as; may be read by
   * any thread, then roughly.
   */
  public long progress() {
    return steps + calls;
  }

  /** The number of questions so far; may be read by any thread, then roughly. */
  public long questions() {
    return questions;
  }

  /** A moment behind all before it, among those at which hosts meet and part. */
  long tick() {
    return ++moments;
  }

  /** The task that holds the baton, or null. */
  public @Nullable HostTask holder() {
    return holder;
  }

  /** The rank tasks of the current or last run, in rank order. */
  public List<HostTask> tasks() {
    return owned;
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
        letDevicesRun();
      }
    }
    return task;
  }

  /** The same for a call in which NCCL or CUDA may wait: others may run first. */
  public HostTask enterToWait() {
    HostTask task = grasp();
    if (task.depth++ == 0) {
      begun(task);
      if (yieldsAtCalls && task.owned && choices.choose(Choices.Point.YIELD_AT_CALL, 2) == 1) {
        letOthersRun(task);
      }
    }
    return task;
  }

  /** Makes sure that the current thread holds the baton. */
  private HostTask grasp() {
    HostTask task = holder;
    if (task == null || task.thread != Thread.currentThread()) {
      return acquire();
    }
    if (task.depth == 0 && !task.grasp()) {
      comeBack(task); // it was taken away this very moment
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
    CallGate gate = gateOfCalls;
    if (gate != null && task.depth == 1) {
      gate.begins(task, device, call);
    }
  }

  private void begun(HostTask task) {
    calls++;
    if (task.gone != null) {
      exit(task);
      throw task.gone;
    }
    if (task.question != null) {
      task.question = null;
    }
    if (task.verdict != null) {
      exit(task);
      throw takeVerdict(task);
    }
  }

  private static RuntimeException takeVerdict(HostTask task) {
    RuntimeException why = Objects.requireNonNull(task.verdict);
    task.verdict = null;
    task.interrupted = false;
    return why;
  }

  /** Ends the call that {@link #enter} began. */
  public void exit(HostTask task) {
    if (--task.depth == 0 && !task.abandoned) {
      if (!task.owned) {
        passOn(null);
      } else if (task.away == HostTask.Away.BLOCKING) {
        stepOutside(task);
      } else {
        task.loosen();
      }
    }
  }

  /** Lets everything else that can run do so once. */
  private void letOthersRun(HostTask task) {
    makeReady(task);
    passOn(task);
  }

  /** Lets device steps run, until it would be a host thread's turn. */
  private void letDevicesRun() {
    for (SimStep next = ready.takeStep(choices); next != null; next = ready.takeStep(choices)) {
      steps++;
      next.run();
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
    calls--; // the call that asks is no progress
    questions++;
    task.question = new Question(what);
    if (lastProgress != progress() || !isAlone()) {
      lastProgress = progress();
      questionsInVain = 0;
    } else if (++questionsInVain > mostQuestions(task)) {
      questionsInVain = 0;
      if (!passTime()) {
        failBlocked();
      }
    }
    letOthersRun(task);
    throwPending(task);
    throwIfLate(task, what);
  }

  private long mostQuestions(HostTask task) {
    boolean passes = (task.isLimited() && task.isLimitShort) || !alarms.isEmpty();
    return passes ? QUESTIONS_OF_A_LIMIT : MOST_QUESTIONS;
  }

  /**
   * Whether rank programs are all that can change anything, so that questions in vain are counted.
   * May be read by any thread, then roughly.
   */
  public boolean isAlone() {
    return outside == 0 && foreignWaiting == 0 && running && !foreignSeen;
  }

  /**
   * Waits, baton given up, until {@code condition} holds. Whoever makes it true calls {@link
   * #wake}.
   *
   * @param what what is waited for, for reports
   */
  public void await(HostTask task, BooleanSupplier condition, Wait what) {
    long deadline = task.owned ? Long.MAX_VALUE : foreignTimeout.deadline();
    while (!condition.getAsBoolean()) {
      throwPending(task);
      throwIfLate(task, what);
      if (!task.owned && System.nanoTime() - deadline > 0) {
        reportStandstill(task, what);
      }
      task.waitingFor = what;
      task.state = HostTask.State.BLOCKED;
      foreignWaiting += task.owned ? 0 : 1;
      try {
        passOn(task);
      } finally {
        foreignWaiting -= task.owned ? 0 : 1;
        task.state = HostTask.State.RUNNING;
        task.waitingFor = null;
      }
    }
    throwPending(task);
  }

  private static void throwPending(HostTask task) {
    RuntimeException failure = task.failure;
    if (failure != null) {
      task.failure = null;
      throw failure;
    }
    if (task.verdict != null) {
      throw takeVerdict(task);
    }
    if (task.interrupted) {
      task.interrupted = false;
      Thread.currentThread().interrupt();
      throw new CollectiveException(ResultCode.UNKNOWN, task + " was interrupted while it waited");
    }
  }

  /**
   * Does {@code body} in the current thread, whose waits end after {@code limit}: in virtual time
   * where rank programs are all that takes part and the limit is short, else by the clock.
   *
   * @throws LimitPassed if a wait ended so
   */
  public <T> T within(TimeLimit limit, Supplier<T> body) {
    HostTask task = own.current();
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

  /**
   * The running thread lets so much virtual time pass, whatever limits it has; one that stands for
   * no rank does not wait for that.
   */
  public void sleep(HostTask task, long nanos, Wait what) {
    long until = task.clock() + nanos;
    if (!task.owned || goesByClock(task)) {
      task.waitedUntil(until);
      return;
    }
    HostTask.Limit outer =
        task.limitedTo(new HostTask.Limit(until, System.nanoTime() + nanos, true));
    try {
      await(task, () -> false, what);
    } catch (LimitPassed passed) {
      // It was to be so.
    } finally {
      task.limitedTo(outer);
    }
    if (task.clock() >= task.limit) {
      throw new LimitPassed(what);
    }
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
    alarms.set(time, step);
  }

  /** The time by which limits of the current thread go: a rank's is virtual. */
  public long now() {
    HostTask task = own.current();
    return task.owned ? task.clock() : System.nanoTime();
  }

  private void throwIfLate(HostTask task, Wait what) {
    if (task.late || (task.isPastDeadline() && goesByClock(task))) {
      task.late = false;
      task.waitedUntil(task.limit);
      throw new LimitPassed(what);
    }
  }

  /** Whether more than rank programs take part in what {@code task} waits for. */
  private boolean goesByClock(HostTask task) {
    synchronized (gate) {
      return !task.owned || outside > 0 || foreignSeen;
    }
  }

  /** A foreign thread has waited for too long. */
  private void reportStandstill(HostTask task, Wait what) {
    task.waitingFor = what;
    task.state = HostTask.State.BLOCKED;
    try {
      standstill.onStandstill(
          foreigners.tasks(), foreigners.blocked(), !foreigners.anyMayReturn(task));
    } finally {
      task.state = HostTask.State.RUNNING;
      task.waitingFor = null;
    }
    throwPending(task);
    throw new CollectiveTimeoutException("waited " + foreignTimeout + " for " + what.describe());
  }

  /** {@link #await} outside a call: the waits of the control plane. */
  void awaitOutsideCall(BooleanSupplier condition, Wait what) {
    HostTask task = grasp();
    task.depth++;
    try {
      calls++;
      task.requireHere();
      await(task, condition, what);
    } finally {
      exit(task);
    }
  }

  /** Makes {@code step} ready to run; called by the holder. */
  public void makeReady(SimStep step) {
    if (step instanceof HostTask task) {
      if (task.inReady) {
        return;
      }
      task.inReady = true;
      if (task == runner) {
        runnerReady = true;
        return;
      }
    }
    ready.add(step);
  }

  /** Ends a task's sleep so that it looks at its condition again; called by any thread. */
  public void wake(HostTask task) {
    HostTask current = holder;
    if (current != null && current.thread == Thread.currentThread()) {
      if (current.depth > 0) {
        makeReady(task);
        return;
      }
      if (current.grasp()) {
        makeReady(task);
        current.loosen();
        return;
      }
    }
    arrive(task);
  }

  // ---------------------------------------------------------------- the baton

  private HostTask acquire() {
    HostTask task = own.current();
    if (task.owned) {
      comeBack(task);
      return task;
    }
    synchronized (gate) {
      foreignSeen |= running;
      if (holder == null) {
        holder = task;
        task.state = HostTask.State.RUNNING;
        return task;
      }
      task.parked = true;
      arrivals.add(task);
      arrived = true;
    }
    parkUntilHolder(task);
    task.state = HostTask.State.RUNNING;
    return task;
  }

  private void arrive(HostTask task) {
    synchronized (gate) {
      if (holder != null) {
        arrivals.add(task);
        arrived = true;
      } else if (task.parked) {
        give(task);
      } // else it runs already, and will look at its condition before it sleeps
    }
  }

  private void drainArrivals() {
    synchronized (gate) {
      arrived = false;
      for (HostTask task = arrivals.poll(); task != null; task = arrivals.poll()) {
        makeReady(task);
      }
    }
  }

  /**
   * Runs device steps until a host task comes up, and gives it the baton. Returns when {@code me}
   * has the baton again; with {@code me} null, as soon as the baton is given away or laid down.
   */
  private void passOn(@Nullable HostTask me) {
    runner = goesOn ? me : null;
    while (true) {
      if (arrived) {
        drainArrivals();
      }
      if (runnerReady) {
        runnerReady = false;
        runner = null;
        resumed(me);
        return;
      }
      SimStep next = ready.take(choices);
      if (next == null) {
        if (quiescenceBroken()) {
          continue;
        }
        if (layDown(me)) {
          return;
        }
      } else if (!(next instanceof HostTask task)) {
        steps++;
        next.run();
      } else if (handOver(me, task)) {
        return;
      }
    }
  }

  /** Nothing can run now: the next one who arrives takes the baton. False if one has arrived. */
  private boolean layDown(@Nullable HostTask me) {
    synchronized (gate) {
      if (!arrivals.isEmpty()) {
        return false;
      }
      runner = null;
      if (me != null) {
        me.parked = true;
      }
      holder = null;
    }
    if (me != null) {
      parkUntilHolder(me);
    }
    return true;
  }

  /** Gives the baton to {@code task}, and waits for it; false if that does not wait any more. */
  private boolean handOver(@Nullable HostTask me, HostTask task) {
    task.inReady = false;
    if (task != me && (task.abandoned || (!task.parked && task.state != HostTask.State.NEW))) {
      return false;
    }
    runner = null;
    trace.add(Trace.Event.RESUME, task.rank(), 0, 0);
    if (task == me) {
      return true;
    }
    if (me != null) {
      me.parked = true;
    }
    give(task);
    if (me != null) {
      parkUntilHolder(me);
    }
    return true;
  }

  private void resumed(@Nullable HostTask me) {
    if (me != null) {
      me.inReady = false;
      trace.add(Trace.Event.RESUME, me.rank(), 0, 0);
    }
  }

  /** {@code task}, which waits for the baton or is new, has it. */
  private void give(HostTask task) {
    if (task.owned) {
      task.given = true;
      task.loosen();
    } else {
      foreignParked.decrementAndGet();
    }
    HOLDER.setRelease(this, task); // what wakes its thread orders this before
    if (task.state == HostTask.State.NEW && task.owned) {
      task.state = HostTask.State.RUNNING;
      task.thread.start();
    } else {
      LockSupport.unpark(task.thread);
    }
  }

  private void parkUntilHolder(HostTask me) {
    if (me.owned) {
      boolean asked = false;
      while (!(holder == me && me.grasp())) {
        parkInTime(me);
        requireNotAbandoned(me);
        if (Thread.interrupted()) {
          me.interrupted = true;
          asked = asked || askForBaton(me);
        } else if (me.isPastDeadline() && goesByClock(me)) {
          asked = asked || askForBaton(me);
        }
      }
    } else {
      parkForeign(me);
    }
    me.parked = false;
  }

  private void parkInTime(HostTask me) {
    if (me.isLimited()) {
      // Who takes part may change, so it looks again where the deadline is no matter yet.
      LockSupport.parkNanos(this, Math.max(LOOKOUT_NANOS, TimeLimit.left(me.deadline)));
    } else {
      LockSupport.park(this);
    }
  }

  private static void requireNotAbandoned(HostTask me) {
    if (me.abandoned) {
      throw new CollectiveException(
          ResultCode.REMOTE_ERROR, "rank " + me.rank() + " was left behind: its run is over");
    }
  }

  private void parkForeign(HostTask me) {
    if (foreignParked.incrementAndGet() < PROCESSORS) {
      lookForBaton(me);
    }
    sleepForBaton(me);
  }

  /**
   * Where there are cores enough for all who wait and the one who does not, each looks for the
   * baton a little while: to sleep and be woken costs far more than most calls take.
   */
  private void lookForBaton(HostTask me) {
    long since = System.nanoTime();
    while (holder != me && System.nanoTime() - since < LOOKING_NANOS) {
      Thread.onSpinWait();
    }
  }

  private void sleepForBaton(HostTask me) {
    long deadline = System.nanoTime() + foreignTimeout.nanos();
    if (me.isLimited() && me.deadline - deadline < 0) {
      deadline = me.deadline;
    }
    boolean asked = false;
    int standing = 0;
    while (holder != me) {
      boolean looks = isLookout(me);
      long left = Math.max(1_000_000, TimeLimit.left(deadline));
      LockSupport.parkNanos(this, looks ? Math.min(left, LOOKOUT_NANOS) : left);
      boolean late = System.nanoTime() - deadline > 0;
      standing = looks && isStandstill() ? standing + 1 : 0;
      if (standing > LOOKS && !ForeignThreads.anyAlarmIsSet() && takeLaidDown(me)) {
        standstill.onStandstill(foreigners.tasks(), foreigners.blocked(), true);
        break;
      }
      if (Thread.interrupted()) {
        me.interrupted = true;
      }
      if (late || me.interrupted) {
        asked = asked || askForBaton(me);
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
    synchronized (gate) {
      if (running || holder != null || !arrivals.isEmpty()) {
        return false;
      }
    }
    return !foreigners.anyMayReturn(null);
  }

  /** Takes the baton up where it lies; false if somebody was faster. */
  private boolean takeLaidDown(HostTask me) {
    synchronized (gate) {
      if (running || holder != null || !arrivals.isEmpty()) {
        return false;
      }
      foreignParked.decrementAndGet();
      holder = me;
      return true;
    }
  }

  /** Asks for the baton, to look at the clock or the interrupt with it in hand. */
  private boolean askForBaton(HostTask me) {
    if (holder == me) {
      return false;
    }
    arrive(me);
    return true;
  }

  /** Whether nothing can run, and something was made to: an alarm, the end of a wait. */
  private boolean quiescenceBroken() {
    boolean isVirtual;
    synchronized (gate) {
      if (!arrivals.isEmpty()) {
        return false;
      }
      isVirtual = outside == 0 && foreignWaiting == 0 && running && !foreignSeen;
    }
    return isVirtual ? passTime() || failBlocked() : ringNext();
  }

  /** Virtual time goes on to the earliest alarm or limit of a wait; false if there is none. */
  private boolean passTime() {
    HostTask first = firstLimited();
    if (first == null || alarms.next() <= first.limit) {
      return ringNext();
    }
    first.late = true;
    makeReady(first);
    return true;
  }

  private boolean ringNext() {
    if (alarms.isEmpty()) {
      return false;
    }
    makeReady(alarms.take());
    return true;
  }

  /** Whose wait ends first by its limit, or null. */
  private @Nullable HostTask firstLimited() {
    HostTask first = null;
    for (HostTask task : owned) {
      boolean waits = task.state == HostTask.State.BLOCKED || task.isAsking();
      if (waits
          && task.state != HostTask.State.FINISHED
          && task.isLimited()
          && task.isLimitShort
          && (first == null || task.limit < first.limit)) {
        first = task;
      }
    }
    return first;
  }

  private boolean failBlocked() {
    List<HostTask> blocked =
        owned.stream()
            .filter(task -> task.state == HostTask.State.BLOCKED || task.isAsking())
            .filter(task -> task.state != HostTask.State.FINISHED && !task.abandoned)
            .toList();
    if (blocked.isEmpty()) {
      return false;
    }
    listener.onQuiescence(blocked);
    return true;
  }

  // ---------------------------------------------------------------- the watch

  /**
   * Takes the baton from {@code from}, which keeps it in user code, or, with null, takes it up
   * where it lies; false if that is so no more. The current thread must {@link #release} it. A rank
   * from which it was taken goes on without it, and gets it back at its next call.
   */
  public boolean seize(@Nullable HostTask from) {
    HostTask self = own.current();
    synchronized (gate) {
      if (!running || holder != from || self.owned) {
        return false;
      }
      if (from != null && !(from.owned && (from.take() || !from.thread.isAlive()))) {
        return false;
      }
      if (from != null && from.state != HostTask.State.FINISHED && !from.given) {
        outside++;
        repeatable = false;
        from.away = HostTask.Away.TAKEN;
        from.state = HostTask.State.OUTSIDE;
      }
      holder = self;
      self.state = HostTask.State.RUNNING;
      self.depth++;
    }
    if (from != null && from.given) {
      from.parked = true; // it has not noticed that it was its turn, which comes again
      makeReady(from);
    }
    return true;
  }

  /** Gives the baton that {@link #seize} took to whoever can run. */
  public void release() {
    exit(own.current());
  }

  /**
   * Ends all waits of ranks, as when nothing can run; called with the baton. False if none waits.
   */
  public boolean endWaits() {
    return failBlocked();
  }

  /** Ends the waits of all ranks by {@code why}, and lets those that are away fail of it. */
  public void condemn(RuntimeException why) {
    condemnation = why;
    for (HostTask task : owned) {
      task.condemn(why);
    }
  }

  /**
   * The run is over for the ranks that have not ended: they are left behind, and their threads
   * never get the baton again. The ranks, in order.
   */
  List<HostTask> abandon() {
    List<HostTask> left = new ArrayList<>();
    HostTask self = own.current();
    synchronized (gate) {
      for (HostTask task : owned) {
        if (task.state != HostTask.State.FINISHED) {
          task.abandoned = true;
          left.add(task);
        }
      }
      outside = 0;
      HostTask last = holder;
      if (last == null || last.owned) {
        holder = self;
        self.state = HostTask.State.RUNNING;
        self.depth++;
      }
    }
    if (holder == self) {
      release();
    }
    return left;
  }

  // ---------------------------------------------------------------- rank programs

  /** The rank tasks {@code tasks} begin, in that order; the calling thread does not wait. */
  void begin(List<HostTask> tasks) {
    HostTask starter = enter();
    synchronized (gate) {
      if (running) {
        exit(starter);
        throw new IllegalStateException("this simulator already runs rank programs");
      }
      running = true;
      repeatable = true;
      foreignSeen = false;
    }
    owned = List.copyOf(tasks);
    condemnation = null;
    tasks.forEach(this::makeReady);
    exit(starter);
  }

  /** The thread of a rank task has started: it goes on when it has noticed the baton. */
  void started(HostTask task) {
    own.bind(task);
    parkUntilHolder(task);
    task.loosen();
  }

  /**
   * Why the current thread's program has failed, if more is known than what it has thrown: the
   * report that ended its waits.
   */
  public @Nullable RuntimeException verdict() {
    HostTask task = own.current();
    return task.verdict == null ? null : takeVerdict(task);
  }

  /** Why the current or last run was given up, or null: all that fails later fails of that. */
  public @Nullable RuntimeException condemnation() {
    return condemnation;
  }

  /** Whether the current thread is that of a rank. */
  public boolean isRank() {
    return own.current().owned;
  }

  /** The program of a rank task, the current thread's, has come to its end. */
  void finish(HostTask task) {
    if (task.abandoned) {
      return;
    }
    grasp();
    calls++;
    task.question = null;
    task.state = HostTask.State.FINISHED;
    trace.add(Trace.Event.FINISH, task.rank(), 0, 0);
    passOn(null);
  }

  /** All rank tasks have ended. */
  void over() {
    synchronized (gate) {
      running = false;
    }
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
      comeBack(task);
      task.away = before == HostTask.Away.BLOCKING ? before : HostTask.Away.NOT;
      if (task.depth == 0) {
        task.loosen();
      }
    }
  }

  /** Goes on without the baton; counted as outside until {@link #comeBack}. */
  private void stepOutside(HostTask task) {
    synchronized (gate) {
      outside++;
      repeatable = false;
    }
    task.state = HostTask.State.OUTSIDE;
    passOn(null);
  }

  /** A rank's thread that was outside waits for the baton. */
  private void comeBack(HostTask task) {
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
    task.met(); // outside it may have met anybody
  }

  /** The steps that can run, in the order in which they became ready: a ring that grows. */
  private static final class ReadyList {
    private @Nullable SimStep[] ring = new SimStep[64];
    private int head;
    private int size;

    void add(SimStep step) {
      if (size == ring.length) {
        grow();
      }
      ring[(head + size) & (ring.length - 1)] = step;
      size++;
    }

    /** Takes the step that {@code choices} points at, or null if there is none. */
    @Nullable SimStep take(Choices choices) {
      if (size == 0) {
        return null;
      }
      return takeAt(choices.choose(Choices.Point.NEXT_STEP, size));
    }

    /** The same; null, and nothing is taken, if it is a host task's turn or the caller's own. */
    @Nullable SimStep takeStep(Choices choices) {
      if (size == 0) {
        return null;
      }
      int index = choices.choose(Choices.Point.NEXT_STEP, size + 1);
      boolean isStep =
          index < size && !(ring[(head + index) & (ring.length - 1)] instanceof HostTask);
      return isStep ? takeAt(index) : null;
    }

    private @Nullable SimStep takeAt(int index) {
      int mask = ring.length - 1;
      int at = (head + index) & mask;
      SimStep taken = ring[at];
      ring[at] = ring[head]; // Whoever is first takes the place: no other has to move.
      ring[head] = null;
      head = (head + 1) & mask;
      size--;
      return taken;
    }

    private void grow() {
      @Nullable SimStep[] larger = new SimStep[ring.length * 2];
      for (int i = 0; i < size; i++) {
        larger[i] = ring[(head + i) & (ring.length - 1)];
      }
      ring = larger;
      head = 0;
    }
  }
}
