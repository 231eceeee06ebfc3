package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jccl.CheckLevel;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.StreamOp;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * What one rank issued in one go on one communicator: a single call, or a group. It starts when it
 * is at the head of every stream it uses and the communicator's previous launch is done (rules
 * STR-03, STR-05); each stream goes on when all of it is done.
 */
final class Launch implements Wait {
  private final Endpoint endpoint;
  private final List<Part> parts = new ArrayList<>(1);
  private final List<Gate> gates = new ArrayList<>(1);
  private int closedGates;
  private int unfinished;
  private long start;
  private long end;
  private boolean started;
  private boolean done;
  private boolean cancelled;
  private @Nullable Launch previous;
  private @Nullable Launch next;

  Launch(Endpoint endpoint) {
    this.endpoint = endpoint;
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

  /** Virtual time at which it started, in nanoseconds. */
  long startTime() {
    return start;
  }

  void add(Part part) {
    parts.add(part);
    Gate gate = gateOf(part.request.stream());
    if (part.send != null) {
      gate.reads(part.request.send(), part.send.byteSize());
    }
    if (part.recv != null) {
      gate.writes(part.request.recv(), part.recv.byteSize());
    }
  }

  private Gate gateOf(SimStream stream) {
    for (Gate gate : gates) {
      if (gate.stream() == stream) {
        return gate;
      }
    }
    Gate gate = new Gate(stream);
    gates.add(gate);
    return gate;
  }

  /** Puts the launch on its streams, behind the communicator's {@code last} one. */
  void enqueue(@Nullable Launch last) {
    unfinished = parts.size();
    closedGates = gates.size();
    if (last != null && !last.done) {
      previous = last;
      last.next = this;
      closedGates++;
    }
    for (Gate gate : gates) {
      gate.stream().enqueue(gate);
    }
  }

  private void open() {
    if (--closedGates > 0) {
      return;
    }
    started = true;
    previous = null;
    for (Gate gate : gates) {
      gate.begin();
      start = Math.max(start, gate.stream().clock());
    }
    end = start;
    if (cancelled) {
      finish();
      return;
    }
    if (endpoint.device().world().checks() == CheckLevel.FULL) {
      parts.forEach(Launch::poisonOutput);
    }
    for (Part part : parts) {
      endpoint.clique().arrive(part);
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
    for (Gate gate : gates) {
      gate.stream().finish(gate, end);
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
      parts.forEach(endpoint.clique()::leave);
      finish();
    }
  }

  @Override
  public String describe() {
    String call = parts.isEmpty() ? "an empty group" : parts.getFirst().call.toString();
    String more = parts.size() > 1 ? " and " + (parts.size() - 1) + " more of its group" : "";
    return call + more + " of " + endpoint.clique().name();
  }

  @Override
  public List<Integer> ranks() {
    if (!started && previous != null) {
      return previous.ranks();
    }
    TreeSet<Integer> ranks = new TreeSet<>();
    parts.forEach(part -> ranks.addAll(part.missing()));
    return List.copyOf(ranks);
  }

  /** The launch's place in one stream. */
  private final class Gate extends StreamOp {
    Gate(SimStream stream) {
      super(stream);
    }

    void reads(long address, long bytes) {
      uses(address, bytes, false);
    }

    void writes(long address, long bytes) {
      uses(address, bytes, true);
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
    public String describe() {
      return Launch.this.describe();
    }

    @Override
    public List<Integer> ranks() {
      return Launch.this.ranks();
    }
  }
}
