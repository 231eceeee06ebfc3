package org.jccl.sim.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * One host thread as the kernel sees it: a rank's thread that the kernel started, or a foreign one
 * that called in.
 */
public final class HostTask implements SimStep {
  /** Says when tasks run. */
  interface Scheduler {
    /** Ends a task's sleep so that it looks at its condition again; called by any thread. */
    void wake(HostTask task);

    /** A moment behind all before it, among those at which hosts meet and part. */
    long tick();
  }

  /** Where a task is. */
  public enum State {
    /** Made, not started. */
    NEW,
    /** Holds the baton. */
    RUNNING,
    /** Waits for something of the simulation. */
    BLOCKED,
    /** Runs user code that blocks outside jccl. */
    OUTSIDE,
    /** Has ended. */
    FINISHED
  }

  /** Why a rank's thread runs or waits without the baton. */
  public enum Away {
    /** It has the baton, or waits for it. */
    NOT,
    /** The watch took it away: user code kept it too long without a call. */
    TAKEN,
    /** It is inside {@code rank.blocking}. */
    BLOCKING,
    /** It waits for another process, and its own limit ends that. */
    TIMED
  }

  /** Holds the baton in user code, or was just given it: it may be taken. */
  private static final int LOOSE = 0;

  /** Holds the baton inside a call, or does not have it. */
  private static final int FIRM = 1;

  /** The baton was taken away. */
  private static final int TAKEN = 2;

  private static final VarHandle GRIP = handleOfGrip();

  /**
   * When waits end.
   *
   * @param until in virtual time
   * @param deadline by {@link System#nanoTime()}
   * @param isShort whether somebody means to wait for it
   */
  record Limit(long until, long deadline, boolean isShort) {
    static final Limit NONE = new Limit(Long.MAX_VALUE, 0, false);
  }

  private static final int MOST_FUTURES = 16;

  private final Scheduler scheduler;
  private final int rank;
  final boolean owned;
  final Thread thread;
  State state = State.NEW;
  boolean inReady;
  boolean interrupted;

  /**
   * Sleeps until it is given the baton: only such a task may be given it. Changed by the holder of
   * the baton, or under the baton's gate.
   */
  boolean parked;

  int depth;

  /** Virtual time at which its waits end; {@link Long#MAX_VALUE} for never. */
  long limit = Long.MAX_VALUE;

  /** The same by {@link System#nanoTime()}, where more than ranks take part. */
  long deadline;

  /** Whether that limit is so short that somebody means to wait for it. */
  boolean isLimitShort;

  /** Its limit has passed: its wait ends by {@link LimitPassed}. */
  boolean late;

  /** Where a foreign thread acts: the device of the rank that it used last, or -1. */
  private int place = -1;

  /** Was given the baton and has not noticed yet. */
  boolean given;

  /** Why it is without the baton although it does not wait for it. */
  volatile Away away = Away.NOT;

  /** Its run is over and it is left behind: it never gets the baton again. */
  volatile boolean abandoned;

  /** What each of its calls throws because its process is gone, or null. */
  @Nullable Error gone;

  /** Why its run was given up; the next call or the end of its program throws it. */
  volatile @Nullable RuntimeException verdict;

  /** What it asked for last, if its last call was a question: polling is waiting. */
  volatile @Nullable Wait question;

  /** What it has futures of; those that have come are forgotten now and then. */
  private final List<Wait> futures = new ArrayList<>(0);

  /** The last one, which mostly comes again. */
  private @Nullable Question lastQuestion;

  @SuppressWarnings("UnusedVariable") // through GRIP
  private volatile int grip = FIRM;

  private long issueNumber;
  private long backgrounds;
  private long metAt;
  private long outsideAt;
  private long leftAt;
  private long clock;
  private boolean programOver;
  private @Nullable Object attachment;

  /** Set while the task waits; read by reports. */
  @Nullable Wait waitingFor;

  /** The condition of its current or last wait; looked at while it is blocked. */
  @Nullable BooleanSupplier awaited;

  /** How often it has asked in vain since anything has happened, and when that was. */
  int noes;

  long askedAt;

  /** Whether its current call tells all that others can see of it. */
  boolean declared = true;

  @Nullable RuntimeException failure;

  HostTask(Scheduler scheduler, int rank, boolean owned, Thread thread) {
    this.scheduler = scheduler;
    this.rank = rank;
    this.owned = owned;
    this.thread = thread;
  }

  private static VarHandle handleOfGrip() {
    try {
      return MethodHandles.lookup().findVarHandle(HostTask.class, "grip", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  // ---------------------------------------------------------------- the grip on the baton

  /** Begins a call, or notices that it was given the baton; false if that was taken away. */
  boolean grasp() {
    if (GRIP.compareAndSet(this, LOOSE, FIRM)) {
      given = false;
      return true;
    }
    return false;
  }

  /** Goes back to user code, or is given the baton. */
  void loosen() {
    GRIP.setRelease(this, LOOSE);
  }

  /** Takes the baton from it; false if it is inside a call. */
  boolean take() {
    return GRIP.compareAndSet(this, LOOSE, TAKEN);
  }

  // ---------------------------------------------------------------- what others may ask

  /** The rank whose program this thread runs, or -1 for a foreign thread. */
  public int rank() {
    return rank;
  }

  /** The rank whose program this thread runs, or the one that a foreign thread acts for, or -1. */
  public int place() {
    return owned ? rank : place;
  }

  /** A foreign thread acts for the rank on device {@code index}. */
  public void actsAt(int index) {
    place = index;
  }

  /** Its waits end at {@code value} from now on; the limit that it had. */
  Limit limitedTo(Limit value) {
    Limit before = new Limit(limit, deadline, isLimitShort);
    limit = value.until;
    deadline = value.deadline;
    isLimitShort = value.isShort;
    late = false;
    return before;
  }

  /** Its process is gone: each of its calls throws {@code error} from now on. */
  public void goes(Error error) {
    gone = error;
  }

  void requireHere() {
    if (gone != null) {
      throw gone;
    }
  }

  boolean isLimited() {
    return limit != Long.MAX_VALUE;
  }

  boolean isPastDeadline() {
    return isLimited() && System.nanoTime() - deadline >= 0;
  }

  /** It asks for {@code what}. */
  void asksFor(Wait what) {
    Question known = lastQuestion;
    if (known == null || known.about() != what) {
      known = new Question(what);
      lastQuestion = known;
    }
    question = known;
  }

  /**
   * It has a future of {@code what}, and may wait for that in ways that nobody sees: in a future
   * that is made of it.
   */
  public void hasFutureOf(Wait what) {
    if (futures.contains(what)) {
      return;
    }
    if (futures.size() >= MOST_FUTURES) {
      futures.removeIf(wait -> wait.root() == wait);
    }
    futures.add(what);
  }

  /** What of that has not come, the oldest first; null if all has. */
  public @Nullable Wait openFuture() {
    for (Wait wait : futures) {
      if (wait.root() != wait) {
        return wait;
      }
    }
    return null;
  }

  /** Reports take it to wait for {@code what}, or for nothing again. */
  public void isTakenToWaitFor(@Nullable Wait what) {
    waitingFor = what;
  }

  /** It waits for {@code what}, and gives up the baton or reports. */
  void blocksFor(Wait what) {
    waitingFor = what;
    state = State.BLOCKED;
  }

  /** Whether it was woken in vain. */
  boolean wouldWaitAgain() {
    return state == State.BLOCKED
        && awaited != null
        && failure == null
        && verdict == null
        && !interrupted
        && !mayBeLate()
        && !awaited.getAsBoolean();
  }

  /** It has the baton again. */
  void goesOn() {
    state = State.RUNNING;
    waitingFor = null;
  }

  /** Whether its limit has passed, by virtual time, or may have passed by the clock. */
  boolean mayBeLate() {
    return late || isPastDeadline();
  }

  /** Throws what ends its wait before that is fulfilled, if anything does. */
  void throwPending() {
    RuntimeException pending = failure;
    if (pending != null) {
      failure = null;
      throw Rethrown.of(pending);
    }
    if (verdict != null) {
      throw takeVerdict();
    }
    if (interrupted) {
      interrupted = false;
      Thread.currentThread().interrupt();
      throw new CollectiveException(ResultCode.UNKNOWN, this + " was interrupted while it waited");
    }
  }

  /** Whether the kernel started this thread, so that it decides when it runs. */
  public boolean isOwned() {
    return owned;
  }

  /** Where it is. */
  public State state() {
    return state;
  }

  /** The thread itself, for stack traces. */
  public Thread thread() {
    return thread;
  }

  /** What it waits for, or asks for again and again; or null. */
  public @Nullable Wait waitingFor() {
    Wait wait = waitingFor;
    return wait == null ? question : wait;
  }

  /** Whether its last call was a question that was not answered with yes. */
  public boolean isAsking() {
    return question != null;
  }

  /** Whether user code has the baton, or was given it and has not noticed. */
  public boolean isLoose() {
    return grip == LOOSE;
  }

  /** Whether it was given the baton and its thread has not gone on yet. */
  public boolean isGiven() {
    return grip == LOOSE && given;
  }

  /** Why it is without the baton although it does not wait for it. */
  public Away away() {
    return away;
  }

  /** Why its run was given up, if it has not thrown that yet. */
  public @Nullable RuntimeException verdict() {
    return verdict;
  }

  /** The same, which is thrown now. */
  RuntimeException takeVerdict() {
    RuntimeException why = Objects.requireNonNull(verdict);
    verdict = null;
    interrupted = false;
    return why;
  }

  void programEnds() {
    programOver = true;
  }

  /** Whether its program has ended: what it still does is jccl's. */
  public boolean isProgramOver() {
    return programOver;
  }

  /** Whether it has been left behind. */
  public boolean isAbandoned() {
    return abandoned;
  }

  /** Number of the call or outermost group that this thread is issuing or has issued last. */
  public long issueNumber() {
    return issueNumber;
  }

  /** The number of its next group that goes on without it. */
  public long nextBackground() {
    return backgrounds++;
  }

  /** Begins the next call or outermost group. */
  public void nextIssue() {
    issueNumber++;
  }

  /**
   * Virtual time up to which it has waited for devices, in nanoseconds: what it issues now starts
   * no earlier. Calls themselves take a host thread no virtual time.
   */
  public long clock() {
    return clock;
  }

  /** It has waited for something that ended at virtual time {@code time}. */
  public void waitedUntil(long time) {
    clock = Math.max(clock, time);
  }

  /** What checks keep of this thread, or null. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Keeps {@code value}, for whoever asks for it next. */
  public void attach(Object value) {
    attachment = value;
  }

  /** It has met other ranks on the host: it knows that what they did before has returned. */
  public void met() {
    metAt = scheduler.tick();
  }

  /** It comes back from outside the simulator, where it may have met anybody. */
  void wasOutside() {
    met();
    outsideAt = metAt;
  }

  /** Whether it is outside the simulator or has been since that moment: others may have met it. */
  public boolean hasBeenOutsideSince(long moment) {
    return away != Away.NOT || state == State.OUTSIDE || outsideAt > moment;
  }

  /** Whether it has met other ranks since that moment. */
  public boolean hasMetSince(long moment) {
    return metAt > moment;
  }

  /** It leaves something that it shares with other ranks; the moment at which it does. */
  public long leaves() {
    leftAt = scheduler.tick();
    return leftAt;
  }

  /** Whether it has left something and met nobody since. */
  public boolean isAway() {
    return leftAt > metAt;
  }

  /** Makes its wait end by throwing {@code misuse}. */
  public void fail(RuntimeException misuse) {
    if (failure == null) {
      failure = misuse;
    }
    scheduler.wake(this);
  }

  /** The same for one that may not wait: then its next call throws, or the end of its program. */
  public void condemn(RuntimeException misuse) {
    if (state == State.BLOCKED) {
      fail(misuse);
    } else if (state != State.FINISHED && verdict == null) {
      verdict = misuse;
    }
  }

  @Override
  public void run() {
    throw new IllegalStateException("a host task is handed the baton, not run");
  }

  @Override
  public String toString() {
    return (rank >= 0 ? "rank " + rank : "thread " + thread.getName()) + " (" + state + ")";
  }
}
