package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.CheckLevel;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Clock;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.StreamOp;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * What one rank issued in one go on one communicator: a single call, or a group. It starts when it
 * is at the head of every stream it uses and the communicator's previous launch is done (rules
 * STR-03, STR-05); each stream goes on when all of it is done.
 */
final class Launch implements Wait {
  private final Endpoint endpoint;
  private final @Nullable HostTask issuer;
  private final long issueNumber;
  private List<Part> parts = List.of();
  private List<Gate> gates = List.of();
  private int closedGates;
  private int unfinished;
  private int members;
  private long opened;
  private long start;
  private long end;
  private @Nullable Clock order;
  private boolean started;
  private boolean done;
  private boolean cancelled;
  private @Nullable OneSidedProgram oneSided;
  private @Nullable Launch previous;
  private @Nullable Launch next;

  /** Its neighbours among the launches of its endpoint that are not done. */
  @Nullable Launch older;

  @Nullable Launch younger;
  boolean isPending;

  Launch(Endpoint endpoint, @Nullable HostTask issuer) {
    this.endpoint = endpoint;
    this.issuer = issuer;
    this.issueNumber = issuer == null ? 0 : issuer.issueNumber();
  }

  /** The thread that issued it. */
  @Nullable HostTask issuer() {
    return issuer;
  }

  /** Which of that thread's calls or groups it belongs to. */
  long issueNumber() {
    return issueNumber;
  }

  List<Part> parts() {
    return parts;
  }

  /** The launch that holds {@code op} in a stream, or null. */
  static @Nullable Launch of(StreamOp op) {
    return op instanceof Gate gate ? gate.launch() : null;
  }

  /** The work that has to be done before it can start. */
  List<StreamOp> waitsFor() {
    return started ? List.of() : gates.getFirst().waitsFor();
  }

  /** Whether it has started: it waits for nothing but other ranks. */
  boolean isStarted() {
    return started;
  }

  /** Whether it has a message of that direction for {@code peer}. */
  boolean holds(Operation operation, int peer) {
    for (Part part : parts) {
      if (part.request.operation() == operation && part.request.rootOrPeer() == peer) {
        return true;
      }
    }
    return false;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  boolean isDone() {
    return done;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** How many calls it holds. */
  int members() {
    return members;
  }

  /** Virtual time at which it started, in nanoseconds. */
  long startTime() {
    return start;
  }

  void add(Part part) {
    parts = with(parts, part);
    members++;
    Gate gate = gateOf(part.request.stream(), part.call.site());
    gate.moves |= part.send != null || part.recv != null;
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

  /** Adds one-sided calls, which run before everything else (rule GRP-21). */
  void add(OneSidedProgram program) {
    oneSided = program;
    members += program.calls().size();
    for (OneSidedCall call : program.calls()) {
      gateOf(call.stream(), call.site()).reads(call.source(), call.bytes());
    }
  }

  /** Whether there is nothing in it. */
  boolean isEmpty() {
    return parts.isEmpty() && oneSided == null;
  }

  /** Whether it reads or writes any of a range, or has one-sided calls that will. */
  boolean touches(long start, long end) {
    for (Gate gate : gates) {
      if (gate.touches(start, end)) {
        return true;
      }
    }
    return false;
  }

  private Gate gateOf(SimStream stream, @Nullable String site) {
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

  private void open() {
    if (--closedGates > 0) {
      return;
    }
    started = true;
    if (previous != null) {
      start = previous.end;
      previous = null;
    }
    if (endpoint.device().world().order() != null) {
      learnOrder();
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
    start = Math.max(start, time);
    end = start;
    unfinished--;
    begin();
  }

  private void begin() {
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).begin();
    }
    if (cancelled || unfinished == 0) {
      finish();
      return;
    }
    if (endpoint.device().world().checks() == CheckLevel.FULL) {
      parts.forEach(Launch::poisonOutput);
    }
    for (int i = 0; i < parts.size(); i++) {
      endpoint.clique().arrive(parts.get(i));
    }
  }

  /** From now until the operation is done its output is undefined: whoever reads it sees poison. */
  private static void poisonOutput(Part part) {
    if (part.recv != null && !part.call.inPlace()) {
      part.recv.fill(SimMemory.POISON);
    }
  }

  /** One part is done, at virtual time {@code time}. */
  void partDone(long time) {
    end = Math.max(end, time);
    if (--unfinished == 0 && !done) {
      finish();
    }
  }

  private void finish() {
    done = true;
    Timeline timeline = endpoint.device().world().timeline();
    if (timeline != null && members > 1 && !cancelled) {
      gates.forEach(gate -> Slices.group(timeline, gate.stream(), this, opened, end));
    }
    if (order != null) {
      gates.forEach(gate -> join(gate.stream().done(), order));
    }
    for (int i = 0; i < gates.size(); i++) {
      Gate gate = gates.get(i);
      gate.stream().finish(gate, end);
    }
    if (order != null) {
      passOrderOn(order);
    }
    endpoint.finished(this);
    if (next != null) {
      next.open();
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
      parts.forEach(endpoint.clique()::leave);
      finish();
    }
  }

  @Override
  public String describe() {
    if (oneSided != null) {
      return oneSided.describe() + " of " + endpoint.clique().name();
    }
    String call = parts.isEmpty() ? "an empty group" : parts.getFirst().call.toString();
    String more = parts.size() > 1 ? " and " + (parts.size() - 1) + " more of its group" : "";
    return call + more + " of " + endpoint.clique().name();
  }

  // ---------------------------------------------------------------- order

  /** All its streams' work and the communicator's last launch come before it (STR-03, STR-05). */
  private void learnOrder() {
    Clock all = new Clock();
    for (Gate gate : gates) {
      gate.learnOrder();
      join(all, gate.stream().done());
    }
    join(all, endpoint.order());
    gates.forEach(gate -> join(gate.stream().done(), all));
    order = all;
  }

  /** What is ordered before its end; null where nobody keeps that, or before it has started. */
  @Nullable Clock order() {
    return order;
  }

  /**
   * Whoever comes after it, on any of its streams or on the communicator, comes after all of it.
   */
  private void passOrderOn(Clock all) {
    gates.forEach(gate -> join(all, gate.stream().done()));
    gates.forEach(gate -> join(gate.stream().done(), all));
    endpoint.comesAfter(all);
  }

  private static void join(@Nullable Clock target, @Nullable Clock source) {
    if (target != null && source != null) {
      target.join(source);
    }
  }

  // ---------------------------------------------------------------- waiting

  /** The ranks whose part is missing. */
  private Set<Integer> missing() {
    Set<Integer> ranks = new TreeSet<>();
    parts.forEach(part -> ranks.addAll(part.missing()));
    return ranks;
  }

  @Override
  public List<Integer> ranks() {
    Set<Integer> ranks = new TreeSet<>();
    if (oneSided != null) {
      ranks.addAll(oneSided.missing());
    }
    missing().forEach(rank -> ranks.add(endpoint.clique().driver(rank)));
    return List.copyOf(ranks);
  }

  @Override
  public Wait root() {
    Wait before = before();
    return before == null ? this : before.root();
  }

  /** What it waits for before it can start; null if that is nothing. */
  private @Nullable Wait before() {
    if (started) {
      return null;
    }
    if (previous != null && !previous.done) {
      return previous;
    }
    for (Gate gate : gates) {
      StreamOp head = gate.stream().head();
      if (head != null && head != gate) {
        return head;
      }
    }
    return null;
  }

  @Override
  public boolean passesEvent() {
    if (isBehindEvent()) {
      return true;
    }
    for (int rank : missing()) {
      Endpoint member = endpoint.clique().member(rank);
      Launch stuck = member == null ? null : member.firstUnstarted();
      if (stuck != null && stuck.isBehindEvent()) {
        return true;
      }
    }
    return false;
  }

  /** Whether it cannot start before another stream has come to an event. */
  private boolean isBehindEvent() {
    Wait before = before();
    if (before instanceof Gate gate) {
      return gate.launch().isBehindEvent();
    }
    return before instanceof Launch launch
        ? launch.isBehindEvent()
        : before != null && before.passesEvent();
  }

  @Override
  public Nature nature() {
    if (oneSided != null && oneSided.isWaiting()) {
      return Nature.SIGNAL;
    }
    return parts.stream().anyMatch(part -> !part.missing().isEmpty() && part.isMessage())
        ? Nature.MESSAGE
        : Nature.COLLECTIVE;
  }

  @Override
  public String communicator() {
    return endpoint.clique().name();
  }

  /** The launch's place in one stream. */
  private final class Gate extends StreamOp {
    /** Whether any of its calls has a buffer. */
    private boolean moves;

    Gate(SimStream stream, @Nullable String site) {
      super(stream);
      madeAt(site);
      issuedWith(endpoint.known());
      issuedAt(endpoint.hostTime());
    }

    Launch launch() {
      return Launch.this;
    }

    @Override
    public void memoryIsFreed() {
      endpoint.life().freesMemoryOf(Launch.this);
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

    void reads(long address, long bytes) {
      uses(address, bytes, false);
    }

    @Override
    protected boolean usesMemory() {
      return moves || super.usesMemory();
    }

    @Override
    protected void declareAccesses() {
      for (Part part : parts) {
        if (part.request.stream() != stream()) {
          continue;
        }
        if (part.send != null) {
          uses(part.request.send(), part.send.byteSize(), false);
        }
        if (part.recv != null) {
          uses(part.request.recv(), part.recv.byteSize(), true);
        }
      }
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
      return Launch.this.root();
    }

    @Override
    public boolean passesEvent() {
      return Launch.this.passesEvent();
    }
  }
}
