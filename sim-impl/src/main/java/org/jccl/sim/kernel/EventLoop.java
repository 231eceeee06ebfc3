package org.jccl.sim.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can run, and whose turn it is.
 *
 * <p>There is no kernel thread: whoever holds the {@link Baton} and cannot go on runs device steps
 * itself until something makes it ready again, or hands the baton to the host thread that is chosen
 * next.
 */
final class EventLoop implements HostTask.Scheduler {
  private final Choices choices;
  private final Baton baton;
  private final boolean goesOn;
  private final Trace trace = new Trace();
  private final ReadyList ready = new ReadyList();
  private final DeadEnd deadEnd;

  /** The holder while it runs device steps, if it goes on as soon as its wait is over; or null. */
  private @Nullable HostTask runner;

  private boolean runnerReady;
  private long steps;

  /** Calls begun that were no questions. */
  private long calls;

  private long moments;
  private final @Nullable SteeredTurns steered;

  EventLoop(Choices choices, Baton baton) {
    this.choices = choices;
    this.baton = baton;
    this.goesOn = choices.goesOn();
    this.deadEnd = new DeadEnd(this, baton);
    Steering steering = choices.steering();
    this.steered = steering == null ? null : new SteeredTurns(steering, ready);
  }

  Trace trace() {
    return trace;
  }

  Choices choices() {
    return choices;
  }

  /** What happens where nothing can run. */
  DeadEnd deadEnd() {
    return deadEnd;
  }

  /**
   * A number that moves while anything happens: device steps and calls; may be read by any thread,
   * then roughly.
   */
  long progress() {
    return steps + calls;
  }

  /** Whether a search says whose turn it is. */
  boolean isSteered() {
    return steered != null;
  }

  /** A call begins; as far as is known it is no question. */
  void countCall() {
    calls++;
  }

  /** The call that began last is a question: no progress. */
  void uncountCall() {
    calls--;
  }

  @Override
  public long tick() {
    return ++moments;
  }

  // ---------------------------------------------------------------- who can run

  /** Makes {@code step} ready to run; called by the holder. */
  void makeReady(SimStep step) {
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

  @Override
  public void wake(HostTask task) {
    HostTask current = baton.holder();
    if (current != null && current.thread == Thread.currentThread()) {
      if (current.depth > 0) {
        makeReady(task);
        return;
      }
      if (current.grasp()) {
        hostsMeet(); // what it has done outside of a call concerns others
        makeReady(task);
        current.loosen();
        return;
      }
    }
    baton.arrive(task);
  }

  // ---------------------------------------------------------------- whose turn it is

  /** Lets everything else that can run do so once. */
  void letOthersRun(HostTask task) {
    makeReady(task);
    passOn(task);
  }

  /** A call of {@code task} begins in which it may wait: others may run first. */
  void beginWaitingCall(HostTask task) {
    if (steered != null) {
      runSteered(steered, task, true);
    } else if (choices.choose(Choices.Point.YIELD_AT_CALL, 2) == 1) {
      letOthersRun(task);
    }
  }

  /** Lets device steps run, until it would be a host thread's turn. */
  void letDevicesRun(HostTask task) {
    if (steered != null) {
      runSteered(steered, task, false);
      return;
    }
    for (SimStep next = ready.takeStep(choices); next != null; next = ready.takeStep(choices)) {
      steps++;
      next.run();
    }
  }

  private void runSteered(SteeredTurns turns, HostTask task, boolean mayWait) {
    for (SimStep next = turns.takeAtCall(task, mayWait, progress());
        next != null;
        next = turns.takeAtCall(task, mayWait, progress())) {
      if (next instanceof HostTask other) {
        makeReady(task);
        if (handOver(task, other)) {
          return;
        }
        ready.remove(task);
        task.inReady = false;
        continue;
      }
      steps++;
      next.run();
    }
  }

  /** A call of {@code task} has not told what it does. */
  void undeclared(HostTask task) {
    if (steered != null) {
      steered.steering().undeclared(task);
    }
  }

  /** The current event changes or learns what ranks tell each other on the host. */
  void hostsMeet() {
    if (steered != null) {
      steered.steering().hostsMeet();
    }
  }

  /** Who steers, or null. */
  @Nullable Steering steering() {
    return steered == null ? null : steered.steering();
  }

  /**
   * Runs device steps until a host task comes up, and gives it the baton. Returns when {@code me}
   * has the baton again; with {@code me} null, as soon as the baton is given away or laid down.
   */
  void passOn(@Nullable HostTask me) {
    runner = goesOn ? me : null;
    while (true) {
      if (baton.hasArrivals()) {
        baton.takeArrivals(this);
      }
      if (runnerReady) {
        runnerReady = false;
        runner = null;
        resumed(me);
        return;
      }
      SimStep next = steered == null ? ready.take(choices) : steered.take(progress());
      if (next == null) {
        if (deadEnd.isBroken()) {
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
    HostTask running = runner;
    runner = null; // whoever takes it up may be here before the next line
    if (!baton.layDown(me)) {
      runner = running;
      return false;
    }
    if (me != null) {
      baton.parkUntilHolder(me);
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
    baton.give(task);
    if (me != null) {
      baton.parkUntilHolder(me);
    }
    return true;
  }

  private void resumed(@Nullable HostTask me) {
    if (me != null) {
      me.inReady = false;
      trace.add(Trace.Event.RESUME, me.rank(), 0, 0);
    }
  }

  /** The steps that can run, in the order in which they became ready: a ring that grows. */
  static final class ReadyList {
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

    int size() {
      return size;
    }

    SimStep get(int index) {
      return Objects.requireNonNull(ring[(head + index) & (ring.length - 1)]);
    }

    /** Takes a step out; the others keep their order. */
    void remove(SimStep step) {
      int mask = ring.length - 1;
      int at = 0;
      while (ring[(head + at) & mask] != step) {
        at++;
      }
      for (int i = at; i > 0; i--) {
        ring[(head + i) & mask] = ring[(head + i - 1) & mask];
      }
      ring[head] = null;
      head = (head + 1) & mask;
      size--;
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
