package org.jccl.sim.comm.launch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jccl.CheckLevel;
import org.jccl.ops.Call;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.HappensBefore.ClockLane;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.match.CollectiveMatching;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.comm.match.MessageMatching;
import org.jccl.sim.comm.match.RunningLaunch;
import org.jccl.sim.comm.match.TimelineSlices;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.comm.onesided.OneSidedSequence;
import org.jccl.sim.device.Hazards.Accessor;
import org.jccl.sim.device.KeptMemory;
import org.jccl.sim.device.ResidentKernels;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.StreamOp;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jccl.sim.kernel.Wait;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * What one rank issued in one go on one communicator: a single call, or a group. It starts when it
 * is at the head of every stream it uses and the communicator's previous launch is done (rules
 * STR-03, STR-05); each stream goes on when all of it is done.
 */
public final class Launch implements RunningLaunch, ResidentKernels.Resident, MixedOrders.Work {
  private final LaunchQueue queue;
  private final CommMember member;
  private final CollectiveMatching collectives;
  private final MessageMatching messages;
  private final @Nullable HostTask issuer;
  private final long issueNumber;
  private GraphOrder.@Nullable Replay replay;
  private List<LaunchedCall> parts = List.of();
  private List<Gate> gates = List.of();
  private int closedGates;
  private int unfinished;
  private int members;
  private long opened;
  private long start;
  private long end;
  private boolean started;
  private boolean done;
  private boolean cancelled;
  private @Nullable Clock order;
  private @Nullable OneSidedSequence oneSided;
  private @Nullable Launch previous;
  private @Nullable Launch next;
  private @Nullable LaunchWait waiting;

  /** The end of the launch before it, and its own, for who steers. */
  private Object behind = this;

  private Object ended = this;

  /** All its calls have run, for who steers. */
  private final Object ran = new Object();

  /** Its neighbours among the launches of its queue. */
  @Nullable Launch older;

  @Nullable Launch younger;
  boolean isPending;

  Launch(
      LaunchQueue queue,
      CollectiveMatching collectives,
      MessageMatching messages,
      @Nullable HostTask issuer) {
    this.queue = queue;
    this.member = queue.member();
    this.collectives = collectives;
    this.messages = messages;
    this.issuer = issuer;
    this.issueNumber = issuer == null ? 0 : issuer.issueNumber();
  }

  @Override
  public CommMember member() {
    return member;
  }

  @Override
  public @Nullable HostTask issuer() {
    return issuer;
  }

  @Override
  public long issueNumber() {
    return issueNumber;
  }

  @Override
  public List<LaunchedCall> parts() {
    return parts;
  }

  @Override
  public long startTime() {
    return start;
  }

  @Override
  public @Nullable Clock order() {
    return order == null ? null : StreamOp.withOwn(gates, order, 0);
  }

  @Override
  public void addOrderTo(Clock.Joint joint) {
    if (order != null) {
      StreamOp.addTo(gates, order, joint);
    }
  }

  @Override
  public long placeOn(SimStream stream) {
    for (Gate each : gates) {
      if (each.stream() == stream) {
        return each.tick();
      }
    }
    throw new IllegalArgumentException(describe() + " is not on " + stream);
  }

  @Override
  public void comesAfter(Clock clock) {
    if (order != null) {
      order = order.join(clock);
    }
  }

  @Override
  public boolean isBefore(Clock known) {
    for (Gate gate : gates) {
      ClockLane lane = gate.stream().lane();
      if (lane != null && known.at(lane.number()) > gate.tick()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void putLanes(Map<Integer, MixedOrders.Work> kind) {
    for (Gate gate : gates) {
      ClockLane lane = gate.stream().lane();
      if (lane != null) {
        kind.put(lane.number(), this);
      }
    }
  }

  @Override
  public @Nullable Call firstCall() {
    return parts.isEmpty() ? null : parts.getFirst().call();
  }

  /** What is known to whoever comes after it; null where nobody keeps that. */
  @Nullable Clock after() {
    return order == null ? null : StreamOp.withOwn(gates, order, 1);
  }

  @Override
  public boolean isCancelled() {
    return cancelled || queue.isLost();
  }

  /** The same as something that is waited for. */
  @Override
  public Wait asWait() {
    LaunchWait known = waiting;
    if (known == null) {
      known = new LaunchWait(this);
      waiting = known;
    }
    return known;
  }

  @Override
  public String describe() {
    return asWait().describe();
  }

  LaunchQueue queue() {
    return queue;
  }

  /** It is part of the launch of a graph. */
  void isPartOf(GraphOrder.Replay of) {
    replay = of;
  }

  /** The launch of a graph that it is part of, or null. */
  GraphOrder.@Nullable Replay replay() {
    return replay;
  }

  /** The launch that holds {@code op} in a stream, or null. */
  static @Nullable Launch of(StreamOp op) {
    return op instanceof Gate gate ? gate.launch() : null;
  }

  /** Whether its streams keep it from starting before a launch of which {@code isTarget}. */
  boolean waitsFor(Predicate<Launch> isTarget) {
    Set<StreamOp> seen = new HashSet<>();
    List<StreamOp> open = new ArrayList<>(started ? List.of() : gates.getFirst().waitsFor());
    while (!open.isEmpty()) {
      StreamOp op = open.removeLast();
      if (seen.add(op)) {
        Launch found = of(op);
        if (found != null && isTarget.test(found)) {
          return true;
        }
        open.addAll(op.waitsFor());
      }
    }
    return false;
  }

  /** Whether it has started: it waits for nothing but other ranks. */
  boolean isStarted() {
    return started;
  }

  /** Its end, for who steers. */
  public Object end() {
    return ended;
  }

  /** Whether it is done. */
  public boolean isDone() {
    return done;
  }

  @Override
  public int members() {
    return members;
  }

  void add(LaunchedCall part) {
    parts = with(parts, part);
    members++;
    Gate gate = gateOf(part.request().stream(), part.call().site());
    gate.moves(part.send() != null || part.recv() != null);
  }

  /** Adds one-sided calls, which run before everything else (rule GRP-21). */
  void add(OneSidedSequence program) {
    oneSided = program;
    members += program.calls().size();
    for (OneSidedCall call : program.calls()) {
      gateOf(call.stream(), call.site()).reads(call);
    }
  }

  /** Whether there is nothing in it. */
  boolean isEmpty() {
    return parts.isEmpty() && oneSided == null;
  }

  /** A list of one, as mostly, costs less than one that can grow. */
  private static <T> List<T> with(List<T> list, T one) {
    if (list.isEmpty()) {
      return List.of(one);
    }
    List<T> more = list.size() == 1 ? new ArrayList<>(list) : list;
    more.add(one);
    return more;
  }

  private Gate gateOf(SimStream stream, @Nullable Object site) {
    for (int i = 0; i < gates.size(); i++) {
      Gate gate = gates.get(i);
      if (gate.stream() == stream) {
        return gate;
      }
    }
    Gate gate = new Gate(stream, site);
    gates = with(gates, gate);
    return gate;
  }

  /** Puts the launch on its streams, behind the communicator's {@code last} one. */
  void enqueue(@Nullable Launch last) {
    Steering steering = steering();
    if (steering != null) {
      behind = last == null ? new Object() : last.ended;
      ended = new Object();
    }
    unfinished = parts.size() + (oneSided == null ? 0 : 1);
    closedGates = gates.size();
    if (last != null && last.done) {
      start = last.end;
    } else if (last != null) {
      previous = last;
      last.next = this;
      closedGates++;
    }
    for (int i = 0; i < gates.size(); i++) {
      Gate gate = gates.get(i);
      gate.stream().enqueue(gate);
    }
  }

  /** One more of what it waits for is over. */
  private void open() {
    if (--closedGates > 0) {
      return;
    }
    if (steering() != null) {
      member.device().simulation().kernel().makeReady(new LaunchEdge(this, StepKey.Kind.LAUNCH));
      return;
    }
    ResidentKernels kernels = member.device().kernels();
    if (kernels == null || kernels.take(this)) {
      placed();
    }
  }

  private @Nullable Steering steering() {
    return member.device().simulation().kernel().steering();
  }

  /** What its start or its end is, for who steers. */
  StepKey key(StepKey.Kind kind) {
    return new StepKey(kind, member.comm().number(), member.rank(), gates.getFirst().tick());
  }

  /** It starts as a step of its own: {@code steering} is told what it needs and does. */
  void startsFor(Steering steering) {
    steering.follows(behind);
    for (Gate gate : gates) {
      gate.needs(steering);
      member.device().tells(steering, gate.uses());
      if (member.device().begins(gate.stream())) {
        steering.depends(Choices.Point.RESIDENT_KERNELS);
      }
    }
    ResidentKernels kernels = member.device().kernels();
    if (kernels != null) {
      steering.effect(kernels, Effect.WRITE);
    }
    if (kernels == null || kernels.take(this)) {
      placed();
    }
  }

  @Override
  public void placed() {
    Steering steering = steering();
    if (steering != null) {
      steering.signals(this);
    }
    if (member.device().simulation().order() != null) {
      order = StreamOp.startTogether(gates, queue.orderFor(this));
      MixedOrders mixed = queue.mixed();
      if (mixed != null) {
        mixed.started(this); // a report stops it before it has started
      }
    }
    started = true;
    if (previous != null) {
      start = previous.end;
      previous = null;
    }
    for (int i = 0; i < gates.size(); i++) {
      start = Math.max(start, gates.get(i).earliestStart());
    }
    opened = start;
    end = start;
    if (oneSided != null && !cancelled) {
      oneSided.start(start);
    } else {
      begin();
    }
  }

  /** The one-sided calls are done, at virtual time {@code time}: the others may begin. */
  void oneSidedDone(long time) {
    oneSided = null;
    Clock known = order;
    for (int i = 0; known != null && i < gates.size(); i++) {
      gates.get(i).stream().learn(known); // what its waits have learned is before its other calls
    }
    start = Math.max(start, time);
    end = start;
    unfinished--;
    begin();
  }

  private void begin() {
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).begin(!cancelled);
    }
    if (cancelled || unfinished == 0) {
      finish();
      return;
    }
    if (member.device().simulation().checks() == CheckLevel.FULL) {
      parts.forEach(Launch::poisonOutput);
    }
    long lag = member.device().lag();
    if (lag == 0) {
      arrive();
    } else {
      start += lag;
      end = start;
      member.device().simulation().kernel().at(start, this::arrive);
    }
  }

  /** Its calls reach the other ranks. */
  private void arrive() {
    if (done || queue.isLost()) {
      return;
    }
    for (int i = 0; i < parts.size(); i++) {
      LaunchedCall part = parts.get(i);
      if (part.isMessage()) {
        messages.arrive(part);
      } else {
        collectives.arrive(part);
      }
    }
  }

  /** From now until the operation is done its output is undefined: whoever reads it sees poison. */
  private static void poisonOutput(LaunchedCall part) {
    MemorySegment output = part.recv();
    if (output != null && !part.call().inPlace()) {
      output.fill(SimMemory.POISON);
    }
  }

  @Override
  public void isToldTo(Steering steering) {
    steering.follows(this);
    for (Gate gate : gates) {
      member.device().tells(steering, gate.uses());
    }
  }

  @Override
  public void partDone(long time) {
    end = Math.max(end, time);
    if (--unfinished > 0 || done) {
      return;
    }
    Steering steering = steering();
    if (steering == null) {
      finish();
    } else {
      steering.signals(ran);
      member.device().simulation().kernel().makeReady(new LaunchEdge(this, StepKey.Kind.END));
    }
  }

  /** It ends as a step of its own: its rank may see that later than other ranks see their ends. */
  void endsFor(Steering steering) {
    steering.follows(ran);
    for (Gate gate : gates) {
      member.device().tells(steering, gate.uses());
    }
    if (!done) {
      finish();
    }
  }

  private void finish() {
    done = true;
    if (cancelled && member.device().simulation().followsData()) {
      parts.forEach(Launch::leaveUndefined);
    }
    Steering steering = steering();
    if (steering != null) {
      steering.signals(ended);
      steering.effect(queue, Effect.WRITE);
      if (cancelled) {
        steering.unknown();
      }
    }
    Timeline timeline = member.device().simulation().timeline();
    if (timeline != null && members > 1 && !cancelled) {
      gates.forEach(gate -> TimelineSlices.group(timeline, gate.stream(), this, opened, end));
    }
    if (order != null) {
      order = StreamOp.endTogether(gates, order);
    }
    for (int i = 0; i < gates.size(); i++) {
      Gate gate = gates.get(i);
      gate.stream().finish(gate, end);
    }
    ResidentKernels kernels = member.device().kernels();
    if (kernels != null) {
      if (steering != null) {
        steering.effect(kernels, Effect.WRITE);
      }
      kernels.leave(this);
    }
    queue.finished(this);
    Launch following = next;
    if (following != null) {
      next = null;
      following.open();
    }
  }

  /**
   * Gives up without results: the streams go on; with a reason, who waits for them throws it
   * (LIF-15).
   */
  void cancel(@Nullable RuntimeException reason) {
    if (done || cancelled) {
      return;
    }
    cancelled = true;
    if (reason != null) {
      for (Gate gate : gates) {
        gate.stream().fail(reason);
      }
    }
    if (started) {
      if (oneSided != null) {
        oneSided.leave();
      }
      parts.forEach(this::leave);
      finish();
    }
  }

  /** Its calls never reach the other ranks; it goes on for ever. */
  void lose() {
    if (started && !done) {
      parts.forEach(this::leave);
    }
  }

  /** What a call that was given up leaves in its output is undefined (LIF-15). */
  private static void leaveUndefined(LaunchedCall part) {
    MemorySegment output = part.recv();
    if (output != null) {
      Object site = part.call().site();
      part.launch()
          .member()
          .device()
          .memory()
          .leftUndefined(
              output.address(),
              output.byteSize(),
              "mean nothing: "
                  + part.call()
                  + " was given up"
                  + (site == null ? "" : ", made at " + site)
                  + " (LIF-15)",
              null);
    }
  }

  private void leave(LaunchedCall part) {
    if (part.isMessage()) {
      messages.leave(part);
    } else {
      collectives.leave(part);
    }
  }

  /** Whether {@code stream} is the only one it is on. */
  boolean isOnlyOn(SimStream stream) {
    return gates.size() == 1 && gates.getFirst().stream() == stream;
  }

  SimStream firstStream() {
    return gates.getFirst().stream();
  }

  // ---------------------------------------------------------------- for whom waits for it

  /** Its one-sided calls that are not done, or null. */
  @Nullable OneSidedSequence oneSided() {
    return oneSided;
  }

  @Override
  public @Nullable Object site() {
    return gates.isEmpty() ? null : gates.getFirst().site();
  }

  /** What has to be done before it can start; null if that is nothing. */
  @Nullable Wait before() {
    if (started) {
      return null;
    }
    if (previous != null && !previous.done) {
      return previous.asWait();
    }
    for (Gate gate : gates) {
      StreamOp head = gate.stream().head();
      if (head != null && head != gate) {
        return head;
      }
    }
    ResidentKernels kernels = member.device().kernels();
    return kernels == null ? null : kernels.before(this);
  }

  /** Its place in one stream: it opens when all before it in the stream is done. */
  private final class Gate extends StreamOp {
    /** Whether any of its calls has a buffer. */
    private boolean moves;

    /** One-sided calls, whose sources it reads. */
    private List<OneSidedCall> sources = List.of();

    Gate(SimStream stream, @Nullable Object site) {
      super(stream);
      HostTask user = member.caller().task();
      madeAt(site);
      if (member.device().simulation().order() != null) {
        issuedWith(member.known());
      }
      issuedAt(user == null ? 0 : user.clock());
    }

    Launch launch() {
      return Launch.this;
    }

    void moves(boolean value) {
      moves |= value;
    }

    void reads(OneSidedCall call) {
      sources = with(sources, call);
    }

    @Override
    public void memoryIsFreed() {
      queue.owner().freesMemoryOf(Launch.this);
    }

    @Override
    public List<StreamOp> waitsFor() {
      List<StreamOp> all = super.waitsFor();
      for (Gate other : gates) {
        if (other != this) {
          all.addAll(other.ahead());
        }
      }
      if (previous != null && !previous.done) {
        all.addAll(previous.gates);
      }
      return all;
    }

    private List<StreamOp> ahead() {
      return super.waitsFor();
    }

    @Override
    protected boolean usesMemory() {
      return moves || !sources.isEmpty() || super.usesMemory();
    }

    @Override
    protected @Nullable Accessor uses() {
      Accessor all = null;
      for (int i = 0; i < parts.size(); i++) {
        LaunchedCall part = parts.get(i);
        if (part.request().stream() == stream()) {
          all = now(made(part), part).before(all);
        }
      }
      for (OneSidedCall call : sources) {
        Accessor own =
            new Accessor(stream(), stream().lane(), member.comm().name(), together())
                .is(tick(), driver(), call.toString(), call.site());
        all = own.uses(call.source(), call.bytes(), false).before(all);
      }
      return all;
    }

    @Override
    protected @Nullable Accessor usesNow() {
      if (gates.size() > 1 || !sources.isEmpty()) {
        return uses();
      }
      Accessor all = null;
      for (int i = 0; i < parts.size(); i++) {
        LaunchedCall part = parts.get(i);
        Accessor own = part.request().accessor();
        if (own == null) {
          own = made(part);
          part.request().keep(own);
        }
        all = now(own, part).before(all);
      }
      return all;
    }

    private Accessor now(Accessor own, LaunchedCall part) {
      return own.is(tick(), driver(), part.call(), part.call().site());
    }

    private int driver() {
      HostTask task = issuer;
      return task != null && task.isOwned() ? task.rank() : member.driver();
    }

    private Accessor made(LaunchedCall part) {
      KeptMemory scalar = part.request().deviceScalar();
      Accessor made =
          new Accessor(stream(), stream().lane(), member.comm().name(), together())
              .uses(part.request().send(), bytes(part.send()), false)
              .uses(part.request().recv(), bytes(part.recv()), true);
      return scalar == null
          ? made
          : made.uses(scalar.address(), scalar.byteSize(), false); // PMS-03
    }

    private @Nullable Object together() {
      return gates.size() > 1 ? gates : null;
    }

    private static long bytes(@Nullable MemorySegment buffer) {
      return buffer == null ? 0 : buffer.byteSize();
    }

    @Override
    protected void reached() {
      open();
    }

    @Override
    protected void perform() {
      throw new IllegalStateException("a launch ends when its parts do");
    }

    @Override
    protected long duration() {
      return 0;
    }

    @Override
    protected String label() {
      return Launch.this.describe();
    }

    @Override
    public String describe() {
      return Launch.this.describe();
    }

    @Override
    public Wait root() {
      return asWait().root();
    }

    @Override
    public boolean passesEvent() {
      return asWait().passesEvent();
    }
  }
}
