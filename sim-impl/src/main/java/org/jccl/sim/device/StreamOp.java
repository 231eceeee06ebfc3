package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.HappensBefore.ClockLane;
import org.jccl.sim.device.Hazards.Access;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jccl.sim.kernel.Trace;
import org.jccl.sim.kernel.Wait;
import org.jccl.sim.timeline.Lane;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/** One piece of work on one stream. It runs when it is at the head and whatever else it needs. */
public abstract class StreamOp implements SimStep, Wait {
  private final SimStream stream;
  private long number;
  private long tick;

  /** Its neighbours among the work in flight on its device, kept by {@link Hazards}. */
  @Nullable StreamOp before;

  @Nullable StreamOp after;
  boolean inFlight;
  private @Nullable Clock issued;
  private @Nullable Object site;
  private int rank;
  private long earliest;

  /** Work for {@code stream}; {@link SimStream#enqueue} puts it there. */
  protected StreamOp(SimStream stream) {
    this.stream = stream;
    HostTask host = stream.context().simulation().kernel().holder();
    this.earliest = host == null ? 0 : host.clock();
    this.rank = host != null && host.isOwned() ? host.rank() : stream.context().index();
  }

  /** The stream it belongs to. */
  public final SimStream stream() {
    return stream;
  }

  /** Its number on the stream, from 0. */
  public final long number() {
    return number;
  }

  /**
   * It is enqueued. Its place on the lane stays, also when the stream is closed and has left it.
   */
  final void numbered(long value) {
    number = value;
    HappensBefore.ClockLane lane = stream.lane();
    tick = lane == null ? value : lane.tick(value);
  }

  /** This work as what uses memory, {@code what} in words; once it is enqueued. */
  protected final Accessor accessor(Object what) {
    return new Accessor(stream, stream.lane(), null, null).is(tick(), rank, what, site);
  }

  /** The rank program that asked for it, or the number of its device. */
  final int rank() {
    return rank;
  }

  /** A number that its arguments make. */
  protected long shape() {
    return 0;
  }

  /** Its place on its stream's lane, once it is enqueued. */
  public final long tick() {
    return tick;
  }

  /** Whether it reads or writes any of a range. */
  public final boolean touches(long start, long end) {
    return use(start, end) != null;
  }

  /** What of it reads or writes any of a range, or null. */
  final @Nullable Access use(long start, long end) {
    for (Accessor each = uses(); each != null; each = each.next()) {
      for (Access a = each.accesses(); a != null; a = a.next()) {
        if (a.overlaps(start, end)) {
          return a;
        }
      }
    }
    return null;
  }

  /** Whether it reads or writes any memory of its device. */
  protected boolean usesMemory() {
    return false;
  }

  /** What of it reads or writes memory of its device, made anew; null if nothing does. */
  protected @Nullable Accessor uses() {
    return null;
  }

  /** The same when it starts: what was made for the same work before may be used again. */
  protected @Nullable Accessor usesNow() {
    return uses();
  }

  /** What the host thread that enqueues it knows, and where it does so. */
  final void issuedBy(HappensBefore order, @Nullable HostTask task) {
    if (issued == null && task != null) {
      issued = order.knownTo(task, stream.lane());
    }
    if (site == null) {
      site = stream.siteOf(getClass().hashCode(), shape());
    }
  }

  /** Its host thread knew that when it asked for this work. */
  protected final void issuedWith(@Nullable Clock known) {
    issued = known;
  }

  /** Its host thread asked for this work at that virtual time. */
  protected final void issuedAt(long time) {
    earliest = time;
  }

  /**
   * Virtual time at which it starts if nothing but its stream and its host thread hold it up; known
   * once it is at the head.
   */
  public final long earliestStart() {
    return Math.max(earliest, stream.clock());
  }

  /** Where it was enqueued. */
  protected final void madeAt(@Nullable Object where) {
    site = where;
  }

  /** Where it was enqueued, if that is known. */
  public final @Nullable Object site() {
    return site;
  }

  /** Memory that it uses is freed, which is reported next. */
  public void memoryIsFreed() {}

  /** The work that has to be done before it, as far as it is known now; for reports. */
  public List<StreamOp> waitsFor() {
    StreamOp ahead = stream.ahead(number);
    List<StreamOp> all = new ArrayList<>();
    if (ahead != null) {
      all.add(ahead);
    }
    return all;
  }

  /** Its stream learns what is ordered before this work. */
  public final void learnOrder() {
    if (issued != null) {
      stream.learn(issued);
    }
  }

  /** It is now at the head of its stream: by default it can run. */
  protected void reached() {
    stream.context().simulation().kernel().makeReady(this);
  }

  /** Does the work. */
  protected abstract void perform();

  /** How long it takes, in virtual nanoseconds. */
  protected abstract long duration();

  @Override
  public final void run() {
    Steering steering = stream.context().simulation().kernel().steering();
    if (steering != null) {
      needs(steering);
      stream.context().tells(steering, uses());
    }
    learnOrder();
    begin(true);
    try {
      perform();
    } catch (RuntimeException | Error broken) {
      // Thrown here it would end whichever rank's thread happens to run this step.
      stream.fail(failure(broken));
    }
    long start = earliestStart();
    long end = start + duration();
    Timeline timeline = stream.context().simulation().timeline();
    if (timeline != null) {
      note(timeline, start, end);
    }
    stream.finish(this, end);
  }

  /** Tells what had to be before it. */
  public void needs(Steering steering) {
    steering.follows(this);
    steering.follows(new Finished(stream, number - 1));
  }

  @Override
  public Object key() {
    return new StepKey(StepKey.Kind.WORK, stream.context().index(), stream.number(), number);
  }

  private void note(Timeline timeline, long start, long end) {
    Lane lane = stream.timelineLane();
    Timeline.Entry entry =
        end > start
            ? timeline.slice(lane, "stream", label(), start, end)
            : timeline.instant(lane, "stream", label(), start);
    if (bytes() > 0) {
      entry.with("bytes", bytes());
    }
    entry.with("site", site == null ? null : site.toString()).end();
  }

  /** What it is, in a timeline. */
  protected abstract String label();

  /** How many bytes it moves. */
  protected long bytes() {
    return 0;
  }

  private CollectiveException failure(Throwable broken) {
    return new CollectiveException(
        ResultCode.UNHANDLED_CUDA_ERROR, describe() + " failed: " + broken, broken);
  }

  /** Traces the start of the work, and looks for what it races with if it will run. */
  public final void begin(boolean runs) {
    DeviceContext context = stream.context();
    context
        .simulation()
        .kernel()
        .trace()
        .add(Trace.Event.EXECUTE, context.index(), stream.number(), number);
    if (runs) {
      context.hazards().check(this);
    }
  }

  // ---------------------------------------------------------------- work on several streams

  // What is ordered before a launch and by it, where its places in its streams are {@code gates}.
  // All the work of its streams and the communicator's last launch come before it (STR-03, STR-05);
  // whoever comes after it on any of its streams comes after all of it. A clock of a launch leaves
  // the launch's own lanes out, as that of a stream does.

  /** What is ordered before a launch that starts now behind {@code last}. */
  public static Clock startTogether(List<? extends StreamOp> gates, @Nullable Clock last) {
    StreamOp first = gates.getFirst();
    first.learnOrder();
    Clock known = first.stream().known();
    if (gates.size() == 1 && last == null) {
      return known;
    }
    for (int i = 1; i < gates.size(); i++) {
      gates.get(i).learnOrder();
      known = known.join(gates.get(i).stream().known());
    }
    known = last == null ? known : known.join(last);
    known = gates.size() == 1 ? known : withOwn(gates, known, 0);
    tell(gates, known);
    return known;
  }

  /** A launch is done that knows {@code known}: what comes after it on its streams knows all. */
  public static Clock endTogether(List<? extends StreamOp> gates, Clock known) {
    Clock all = gates.size() == 1 ? known : withOwn(gates, known, 1);
    tell(gates, all);
    return all;
  }

  private static void tell(List<? extends StreamOp> gates, Clock known) {
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).stream().learn(known);
    }
  }

  /** {@code known}, with what the launch's own lanes have done before it and {@code of} it. */
  public static Clock withOwn(List<? extends StreamOp> gates, Clock known, int of) {
    Clock all = known;
    for (int i = 0; i < gates.size(); i++) {
      StreamOp gate = gates.get(i);
      ClockLane lane = gate.stream().lane();
      all = lane == null ? all : all.with(lane.number(), gate.tick() + of);
    }
    return all;
  }

  /** Adds the same, before the launch, to what a collective makes common. */
  public static void addTo(List<? extends StreamOp> gates, Clock known, Clock.Joint joint) {
    joint.add(known);
    for (int i = 0; i < gates.size(); i++) {
      StreamOp gate = gates.get(i);
      ClockLane lane = gate.stream().lane();
      if (lane != null) {
        joint.add(lane.number(), gate.tick());
      }
    }
  }
}
