package org.jccl.sim.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Work;
import org.jccl.WorkBody;
import org.jccl.sim.check.CallSite.Trail;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.Lifetimes.Origin;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jccl.sim.timeline.Lane;
import org.jccl.spi.Captures;
import org.jccl.spi.OwnedStream;
import org.jccl.spi.WaitListeners;
import org.jspecify.annotations.Nullable;

/** An ordered queue of simulated work: nothing of it happens before the kernel runs its step. */
public final class SimStream implements OwnedStream {
  /** Makes the work of one submission for the stream it will run on: again at each replay. */
  @FunctionalInterface
  public interface Submission {
    /** The work, not yet enqueued. */
    StreamOp on(SimStream stream);
  }

  /** What a stream can wait for: an event of this simulator. */
  interface Marker {
    /** Enqueues on {@code stream} the wait for it. */
    void awaitedBy(SimStream stream);
  }

  private final DeviceContext context;
  private final long handle;
  private final int number;
  private final ArrayDeque<StreamOp> queue = new ArrayDeque<>();

  /** Those who wait, the last to come first; linked, and used again one after the other. */
  private @Nullable Waiter waiters;

  private @Nullable Waiter idleWaiter;
  private @Nullable Wait question;

  /** The least that one of them waits for. */
  private long nearest = Long.MAX_VALUE;

  private final Kernel kernel;
  private long enqueued;
  private long finished;
  private long clock;
  private boolean closed;
  private int priority;

  /** What the program has to close; null for those that jccl has for itself. */
  private @Nullable Origin origin;

  /** Made when somebody wants to know that a thread has waited here. */
  private volatile @Nullable WaitListeners awaited;

  private @Nullable Capture capture;
  private final @Nullable HappensBefore order;
  private final Trail trail;
  private final HappensBefore.@Nullable ClockLane lane;

  /** What is ordered before the work that comes next, besides what this stream has finished. */
  private Clock known;

  private @Nullable RuntimeException failure;

  /** Someone who waits for the first {@code target} pieces of work. */
  private final class Waiter implements Wait, BooleanSupplier {
    private long target;
    private @Nullable HostTask task;
    private @Nullable SimFuture<Void> future;
    private @Nullable Waiter next;

    @Override
    public boolean getAsBoolean() {
      return finished >= target;
    }

    @Override
    public String describe() {
      StreamOp head = queue.peekFirst();
      return SimStream.this + (head == null ? "" : ", where " + head.describe() + " is next");
    }

    /** It waits for whatever is at the head now. */
    @Override
    public Wait root() {
      StreamOp head = queue.peekFirst();
      return head == null ? this : head.root();
    }

    @Override
    public boolean passesEvent() {
      StreamOp head = queue.peekFirst();
      return head != null && head.passesEvent();
    }
  }

  SimStream(DeviceContext context, int number) {
    this.context = context;
    this.number = number;
    this.handle = ((long) (context.index() + 1) << 32) | (number + 1);
    this.kernel = context.simulation().kernel();
    this.order = context.simulation().order();
    this.lane = order == null ? null : order.newLane();
    this.trail = new Trail(context.simulation().kernel().tasks().size() + 1);
    this.known = lane == null ? Clock.ZERO : lane.known();
  }

  /** The program wants it to be of that priority, which is shown. */
  void prefer(int value) {
    priority = value;
  }

  @Override
  public int priority() {
    return priority;
  }

  /** The program made it. */
  void madeBy(Origin value) {
    origin = value;
  }

  @Override
  public Device device() {
    return context.device();
  }

  /** What it shares with the other streams of its device. */
  DeviceContext context() {
    return context;
  }

  /** Its number among the device's streams; 0 is the device's own. */
  public int number() {
    return number;
  }

  @Override
  public long handle() {
    return handle;
  }

  /** Virtual time at which the last finished work ended, in nanoseconds. */
  public long clock() {
    return clock;
  }

  /** Its place in a timeline. */
  public Lane timelineLane() {
    return Lane.stream(context.index(), number);
  }

  /** Its lane in clocks; null where nobody keeps that. */
  public HappensBefore.@Nullable ClockLane lane() {
    return lane;
  }

  /** What is ordered before the work that comes next, besides what this stream has finished. */
  public Clock known() {
    return known;
  }

  /** The work that comes next comes after all that {@code clock} knows. */
  public void learn(Clock clock) {
    known = known.join(clock);
  }

  /** What is ordered before the work that comes next; null where nobody keeps that. */
  @Nullable Clock done() {
    return lane == null ? null : known.with(lane.number(), lane.tick(finished));
  }

  // ---------------------------------------------------------------- work

  /**
   * Enqueues work from the host, or records it if the stream is being captured.
   *
   * @param call what the program calls for that
   */
  public void submit(String call, Submission work) {
    HostTask task = kernel.enter();
    try {
      kernel.calls(task, context.index(), call);
      kernel.declares(task);
      requireOpen();
      looksForReport();
      if (context.report() != null) {
        throw context.takeReport();
      }
      Capture recording = capture;
      if (recording != null) {
        tellUnknown();
        Object site = siteOf(work.getClass().hashCode(), 0);
        recording.add(this, map -> replay(work, map, site));
      } else {
        enqueue(work.on(this));
      }
    } finally {
      kernel.exit(task);
    }
  }

  private void replay(Submission work, Capture.StreamMap map, @Nullable Object site) {
    StreamOp op = work.on(map.of(this));
    op.madeAt(map.siteOf(site));
    op.stream().enqueue(op);
  }

  /** Where the running thread asks for work; null where nobody keeps that. */
  @Nullable Object siteOf(long kind, long arguments) {
    return order == null ? null : trail.next(kind, arguments);
  }

  /** Enqueues work; called with the baton in hand. */
  public void enqueue(StreamOp op) {
    op.numbered(enqueued++);
    if (order != null) {
      op.issuedBy(order, kernel.holder());
    }
    context.hazards().enqueued(op);
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.effect(this, Effect.WRITE);
      steering.signals(op);
    }
    queue.addLast(op);
    if (queue.size() == 1) {
      op.reached();
    }
  }

  /** The head of the queue is done, at virtual time {@code end}. */
  public void finish(StreamOp op, long end) {
    StreamOp head = queue.pollFirst();
    if (head != op) {
      throw new IllegalStateException("work finished out of order: " + op.describe());
    }
    context.hazards().finished(op);
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.effect(queue, Effect.WRITE);
      steering.signals(new Finished(this, op.number()));
    }
    finished++;
    clock = Math.max(clock, end);
    if (finished >= nearest) {
      wakeWaiters();
    }
    StreamOp next = queue.peekFirst();
    if (next != null) {
      next.reached();
    }
  }

  private void wakeWaiters() {
    List<SimFuture<Void>> futures = null;
    for (Waiter each = takeWaiters(); each != null; each = each.next) {
      HostTask task = each.task;
      SimFuture<Void> future = each.future;
      if (each.target > finished) {
        addWaiter(each.target, task, future);
      } else if (task != null) {
        kernel.makeReady(task);
      } else if (future != null) {
        futures = futures == null ? new ArrayList<>() : futures;
        futures.add(future);
      }
    }
    if (futures != null) {
      Clock done = done();
      if (order != null && done != null) {
        order.told(done);
      }
      if (context.hostUses().isUsed()) {
        context.hostUses().told(done);
      }
      futures.forEach(future -> future.complete(null));
    }
  }

  private Waiter addWaiter(long target, @Nullable HostTask task, @Nullable SimFuture<Void> future) {
    Waiter waiter = idleWaiter == null ? new Waiter() : idleWaiter;
    idleWaiter = null;
    waiter.target = target;
    waiter.task = task;
    waiter.future = future;
    waiter.next = waiters;
    waiters = waiter;
    nearest = Math.min(nearest, target);
    return waiter;
  }

  /** What one waits for who asks whether it has finished: made once, as polls are many. */
  private Wait question() {
    Wait known = question;
    if (known == null) {
      known = new Waiter();
      question = known;
    }
    return known;
  }

  /** All waiters, the first to come first; from now on nobody waits. */
  private @Nullable Waiter takeWaiters() {
    Waiter first = null;
    for (Waiter each = waiters; each != null; ) {
      Waiter next = each.next;
      each.next = first;
      first = each;
      each = next;
    }
    waiters = null;
    nearest = Long.MAX_VALUE;
    return first;
  }

  /** The work at the head, or null. */
  public @Nullable StreamOp head() {
    return queue.peekFirst();
  }

  // ---------------------------------------------------------------- waiting

  @Override
  public void synchronize() {
    HostTask task = kernel.enterToWait();
    try {
      kernel.calls(task, context.index(), "synchronize");
      kernel.declares(task);
      requireNotCapturing("synchronize");
      awaitFinished(task, enqueued);
      looksForReport();
      if (context.report() != null) {
        throw context.takeReport();
      }
      if (failure != null) {
        throw Rethrown.of(failure);
      }
    } finally {
      kernel.exit(task);
    }
    WaitListeners listeners = awaited;
    if (listeners != null) {
      listeners.tell();
    }
  }

  @Override
  public void addWaitListener(Runnable listener) {
    WaitListeners listeners = awaited;
    if (listeners == null) {
      listeners = new WaitListeners();
      awaited = listeners;
    }
    listeners.add(listener);
  }

  @Override
  public void removeWaitListener(Runnable listener) {
    WaitListeners listeners = awaited;
    if (listeners != null) {
      listeners.remove(listener);
    }
  }

  /** The same for a future, which something else may complete before, from any thread. */
  private void awaitFinished(long target, CompletableFuture<?> future) {
    HostTask task = kernel.enterToWait();
    try {
      kernel.calls(task, context.index(), "synchronize");
      if (finished < target && future.state() == Future.State.RUNNING) {
        Waiter waiter = addWaiter(target, task, null);
        future.whenComplete((value, failed) -> kernel.wake(task));
        kernel.await(
            task, () -> finished >= target || future.state() != Future.State.RUNNING, waiter);
      }
      if (finished >= target) {
        learn(task);
      }
    } finally {
      kernel.exit(task);
    }
  }

  private void awaitFinished(HostTask task, long target) {
    if (finished < target) {
      Waiter waiter = addWaiter(target, task, null);
      kernel.await(task, waiter, waiter);
      idleWaiter = waiter; // it was taken off the list before its wait could end well
    }
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.effect(this, Effect.READ);
      steering.follows(new Finished(this, target - 1));
    }
    learn(task);
  }

  private void looksForReport() {
    Steering steering = kernel.steering();
    if (steering != null) {
      context.looksForReport(steering);
    }
  }

  /** What the current event does is not known to who steers. */
  private void tellUnknown() {
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.unknown();
    }
  }

  /** Asks how far it is. */
  private void asks() {
    Steering steering = kernel.steering();
    if (steering != null) {
      steering.effect(this, Effect.READ);
      steering.effect(queue, Effect.READ);
    }
  }

  private void learn(HostTask task) {
    if (context.simulation().timeline() != null) {
      context.simulation().drawWait(task, context.index(), clock, this);
    }
    task.waitedUntil(clock);
    if (order != null && lane != null) {
      order.learned(task, known, lane, lane.tick(finished));
    }
    if (context.hostUses().isUsed()) {
      context.hostUses().learned(task);
    }
  }

  /** The work directly ahead of the {@code number}-th, or null. */
  @Nullable StreamOp ahead(long number) {
    StreamOp before = null;
    for (StreamOp op : queue) {
      if (op.number() >= number) {
        break;
      }
      before = op;
    }
    return before;
  }

  /** The thread that waits longest for this stream throws {@code reason}; false if none waits. */
  boolean failFirstWaiter(RuntimeException reason) {
    HostTask first = null;
    for (Waiter each = waiters; each != null; each = each.next) {
      first = each.task == null ? first : each.task;
    }
    if (first != null) {
      first.fail(reason);
    }
    return first != null;
  }

  /**
   * Work on this stream was given up because of {@code reason}: who waits throws it at once, who
   * synchronizes later throws it then.
   */
  public void fail(RuntimeException reason) {
    tellUnknown();
    failure = reason;
    for (Waiter waiter = takeWaiters(); waiter != null; waiter = waiter.next) {
      if (waiter.task != null) {
        waiter.task.fail(reason);
      }
      if (waiter.future != null) {
        waiter.future.completeExceptionally(reason);
      }
    }
  }

  @Override
  public void refuse(RuntimeException why) {
    HostTask task = kernel.enter();
    try {
      fail(why);
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public boolean isIdle() {
    HostTask task = kernel.enter();
    try {
      if (!closed) {
        requireNotCapturing("isIdle");
      }
      long target = enqueued;
      kernel.declares(task);
      asks();
      if (finished < target) {
        kernel.ask(task, question());
        asks();
      }
      if (finished >= target) {
        learn(task);
      }
      return finished >= target;
    } finally {
      kernel.exit(task);
    }
  }

  private SimFuture.Source sourceOf(long target) {
    return new SimFuture.Source() {
      @Override
      public void await(CompletableFuture<?> future) {
        awaitFinished(target, future);
      }

      @Override
      public void ask() {
        HostTask task = kernel.enter();
        try {
          if (finished < target) {
            kernel.ask(task, question());
          }
        } finally {
          kernel.exit(task);
        }
      }
    };
  }

  @Override
  public CompletableFuture<Void> completion() {
    HostTask task = kernel.enter();
    try {
      requireNotCapturing("completion");
      long target = enqueued;
      SimFuture<Void> future = new SimFuture<>(kernel, sourceOf(target));
      if (failure != null) {
        future.completeExceptionally(failure);
      } else if (finished >= target) {
        learn(task);
        future.complete(null);
      } else {
        addWaiter(target, null, future);
        task.hasFutureOf(question());
      }
      return future;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public void waitFor(Event event) {
    if (!(event instanceof Marker own)) {
      throw new IllegalArgumentException("the event belongs to another backend");
    }
    own.awaitedBy(this);
  }

  @Override
  public void run(Work work, WorkBody body) {
    context.submit(this, work, body);
  }

  // ---------------------------------------------------------------- graphs

  @Override
  public void beginCapture() {
    HostTask task = kernel.enter();
    try {
      requireOpen();
      if (capture != null) {
        throw new IllegalStateException(
            this + " is already being captured, from " + capture.begun());
      }
      capture = new Capture(this);
      Captures.begin();
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public Graph endCapture() {
    HostTask task = kernel.enter();
    try {
      Capture recording = capture;
      if (recording == null) {
        throw new IllegalStateException(this + " began no capture");
      }
      if (recording.origin() != this) {
        throw new IllegalStateException(
            this
                + " only takes part in the capture that "
                + recording.origin()
                + " began at "
                + recording.begun()
                + ": end it there; CUDA answers cudaErrorStreamCaptureUnmatched (903) (STR-29)");
      }
      return recording.end();
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public boolean isCapturing() {
    return capture != null;
  }

  /** The capture this stream takes part in, or null. */
  public @Nullable Capture capture() {
    return capture;
  }

  void capturedBy(@Nullable Capture value) {
    capture = value;
  }

  // ---------------------------------------------------------------- end

  @Override
  public void close() {
    HostTask task = kernel.enterToWait();
    kernel.declares(task);
    try {
      if (!closed && this != context.defaultStream()) {
        RuntimeException failed = awaitEnd(task);
        loseCapture();
        closed = true;
        if (order != null && lane != null) {
          order.give(lane, finished, known);
        }
        context.closed(this);
        if (origin != null) {
          context.simulation().lifetimes().close(origin);
        }
        if (failed != null) {
          throw failed;
        }
      }
    } finally {
      kernel.exit(task);
    }
  }

  /** Waits for all; what has failed meanwhile on its device is thrown when it is closed. */
  private @Nullable RuntimeException awaitEnd(HostTask task) {
    RuntimeException failed = null;
    while (true) {
      try {
        awaitFinished(task, enqueued);
        return failed;
      } catch (RuntimeException thrown) {
        if (!context.isOfWork(thrown)) {
          throw thrown;
        }
        failed = thrown;
      }
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** It ends while its own capture goes on: what was recorded is lost. */
  void loseCapture() {
    Capture recording = capture;
    if (recording != null && recording.origin() == this) {
      recording.abandon();
      context.lost(recording);
    }
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed (SIM-31)");
    }
  }

  private void requireNotCapturing(String what) {
    requireOpen();
    if (capture != null) {
      throw new IllegalStateException(
          this
              + " is being captured, from "
              + capture.begun()
              + ", and its work runs only when the graph is launched: "
              + what
              + " has nothing to ask; CUDA answers cudaErrorStreamCaptureUnsupported (900)"
              + " (STR-26)");
    }
  }

  @Override
  public String toString() {
    String shown = priority == 0 ? "" : " (priority " + priority + ")";
    return "stream " + number + " of device " + context.index() + shown;
  }
}
