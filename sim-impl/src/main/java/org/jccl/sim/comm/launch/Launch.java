package org.jccl.sim.comm.launch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.CheckLevel;
import org.jccl.sim.check.Clock;
import org.jccl.sim.comm.match.CollectiveMatching;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.comm.match.MessageMatching;
import org.jccl.sim.comm.match.RunningLaunch;
import org.jccl.sim.comm.match.TimelineSlices;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.comm.onesided.OneSidedSequence;
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
public final class Launch extends RunningLaunch {
  private final LaunchQueue queue;
  private final CollectiveMatching collectives;
  private final MessageMatching messages;
  private List<LaunchGate> gates = List.of();
  private int closedGates;
  private int unfinished;
  private int members;
  private long opened;
  private long end;
  private boolean started;
  private boolean done;
  private @Nullable OneSidedSequence oneSided;
  private @Nullable Launch previous;
  private @Nullable Launch next;

  /** Its neighbours among the launches of its queue. */
  @Nullable Launch older;

  @Nullable Launch younger;
  boolean isPending;

  Launch(
      LaunchQueue queue,
      CollectiveMatching collectives,
      MessageMatching messages,
      @Nullable HostTask issuer) {
    super(queue.member(), issuer);
    this.queue = queue;
    this.collectives = collectives;
    this.messages = messages;
  }

  LaunchQueue queue() {
    return queue;
  }

  /** The launch that holds {@code op} in a stream, or null. */
  static @Nullable Launch of(StreamOp op) {
    return op instanceof LaunchGate gate ? gate.launch() : null;
  }

  /** The work that has to be done before it can start. */
  List<StreamOp> waitsFor() {
    return started ? List.of() : gates.getFirst().waitsFor();
  }

  /** Whether it has started: it waits for nothing but other ranks. */
  boolean isStarted() {
    return started;
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
    with(part);
    members++;
    LaunchGate gate = gateOf(part.request().stream(), part.call().site());
    gate.moves(part.send() != null || part.recv() != null);
  }

  /** Adds one-sided calls, which run before everything else (rule GRP-21). */
  void add(OneSidedSequence program) {
    oneSided = program;
    members += program.calls().size();
    for (OneSidedCall call : program.calls()) {
      gateOf(call.stream(), call.site()).reads(call.source(), call.bytes());
    }
  }

  /** Whether there is nothing in it. */
  boolean isEmpty() {
    return parts().isEmpty() && oneSided == null;
  }

  /** Whether it reads or writes any of a range, or has one-sided calls that will. */
  boolean touches(long start, long end) {
    for (LaunchGate gate : gates) {
      if (gate.touches(start, end)) {
        return true;
      }
    }
    return false;
  }

  private LaunchGate gateOf(SimStream stream, @Nullable String site) {
    for (int i = 0; i < gates.size(); i++) {
      LaunchGate gate = gates.get(i);
      if (gate.stream() == stream) {
        return gate;
      }
    }
    LaunchGate gate = new LaunchGate(this, stream, site);
    gates = with(gates, gate);
    return gate;
  }

  /** Puts the launch on its streams, behind the communicator's {@code last} one. */
  void enqueue(@Nullable Launch last) {
    unfinished = parts().size() + (oneSided == null ? 0 : 1);
    closedGates = gates.size();
    if (last != null && last.done) {
      startsAt(last.end);
    } else if (last != null) {
      previous = last;
      last.next = this;
      closedGates++;
    }
    for (int i = 0; i < gates.size(); i++) {
      LaunchGate gate = gates.get(i);
      gate.stream().enqueue(gate);
    }
  }

  /** One more of what it waits for is over. */
  void open() {
    if (--closedGates > 0) {
      return;
    }
    started = true;
    long start = startTime();
    if (previous != null) {
      start = previous.end;
      previous = null;
    }
    if (member().device().simulation().order() != null) {
      learnOrder();
    }
    for (int i = 0; i < gates.size(); i++) {
      start = Math.max(start, gates.get(i).earliestStart());
    }
    startsAt(start);
    opened = start;
    end = start;
    if (oneSided != null && !isCancelled()) {
      oneSided.start(start);
    } else {
      begin();
    }
  }

  /** The one-sided calls are done, at virtual time {@code time}: the others may begin. */
  void oneSidedDone(long time) {
    oneSided = null;
    startsAt(Math.max(startTime(), time));
    end = startTime();
    unfinished--;
    begin();
  }

  private void begin() {
    for (int i = 0; i < gates.size(); i++) {
      gates.get(i).begin();
    }
    if (isCancelled() || unfinished == 0) {
      finish();
      return;
    }
    List<LaunchedCall> parts = parts();
    if (member().device().simulation().checks() == CheckLevel.FULL) {
      parts.forEach(Launch::poisonOutput);
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
  public void partDone(long time) {
    end = Math.max(end, time);
    if (--unfinished == 0 && !done) {
      finish();
    }
  }

  private void finish() {
    done = true;
    Timeline timeline = member().device().simulation().timeline();
    if (timeline != null && members > 1 && !isCancelled()) {
      gates.forEach(gate -> TimelineSlices.group(timeline, gate.stream(), this, opened, end));
    }
    Clock all = order();
    if (all != null) {
      gates.forEach(gate -> join(gate.stream().done(), all));
    }
    for (int i = 0; i < gates.size(); i++) {
      LaunchGate gate = gates.get(i);
      gate.stream().finish(gate, end);
    }
    if (all != null) {
      passOrderOn(all);
    }
    queue.finished(this);
    if (next != null) {
      next.open();
    }
  }

  /**
   * Gives up without results: the streams go on; with a reason, who waits for them throws it
   * (LIF-15).
   */
  void cancel(@Nullable RuntimeException reason) {
    if (done || isCancelled()) {
      return;
    }
    isGivenUp();
    if (reason != null) {
      for (LaunchGate gate : gates) {
        gate.stream().fail(reason);
      }
    }
    if (started) {
      if (oneSided != null) {
        oneSided.leave();
      }
      parts().forEach(this::leave);
      finish();
    }
  }

  private void leave(LaunchedCall part) {
    if (part.isMessage()) {
      messages.leave(part);
    } else {
      collectives.leave(part);
    }
  }

  @Override
  public String describe() {
    List<LaunchedCall> parts = parts();
    if (oneSided != null) {
      return oneSided.describe() + " of " + communicator();
    }
    String call = parts.isEmpty() ? "an empty group" : parts.getFirst().call().toString();
    String more = parts.size() > 1 ? " and " + (parts.size() - 1) + " more of its group" : "";
    return call + more + " of " + communicator();
  }

  // ---------------------------------------------------------------- order

  /** All its streams' work and the communicator's last launch come before it (STR-03, STR-05). */
  private void learnOrder() {
    Clock all = new Clock();
    for (LaunchGate gate : gates) {
      gate.learnOrder();
      join(all, gate.stream().done());
    }
    join(all, queue.order());
    gates.forEach(gate -> join(gate.stream().done(), all));
    isOrdered(all);
  }

  /**
   * Whoever comes after it, on any of its streams or on the communicator, comes after all of it.
   */
  private void passOrderOn(Clock all) {
    gates.forEach(gate -> join(all, gate.stream().done()));
    gates.forEach(gate -> join(gate.stream().done(), all));
    queue.comesAfter(all);
  }

  /** The work in one of its streams that comes before it, and in the others what is ahead. */
  List<LaunchGate> gates() {
    return gates;
  }

  /** The launch that the communicator does first, or null. */
  @Nullable Launch behind() {
    return previous != null && !previous.done ? previous : null;
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
    parts().forEach(part -> ranks.addAll(part.missing()));
    return ranks;
  }

  @Override
  public List<Integer> ranks() {
    Set<Integer> ranks = new TreeSet<>();
    if (oneSided != null) {
      ranks.addAll(oneSided.missing());
    }
    missing().forEach(rank -> ranks.add(member().comm().driver(rank)));
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
    for (LaunchGate gate : gates) {
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
      LaunchQueue other = queue.ranks().of(rank);
      Launch stuck = other == null ? null : other.firstUnstarted();
      if (stuck != null && stuck.isBehindEvent()) {
        return true;
      }
    }
    return false;
  }

  /** Whether it cannot start before another stream has come to an event. */
  private boolean isBehindEvent() {
    Wait before = before();
    if (before instanceof LaunchGate gate) {
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
    return parts().stream().anyMatch(part -> !part.missing().isEmpty() && part.isMessage())
        ? Nature.MESSAGE
        : Nature.COLLECTIVE;
  }

  @Override
  public String communicator() {
    return member().comm().name();
  }
}
