package org.jccl.sim.comm.match;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Buffers;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.PlannedCall.ByChannels;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jspecify.annotations.Nullable;

/**
 * A small send that ends before its receive is there, or the root's part in a small broadcast that
 * ends before the others have begun: what it sends waits in the buffer of the connection (rule
 * P2P-11).
 */
final class EagerSend implements SimStep {
  private static final long ALIGNMENT = 64;

  private final SharedComm comm;
  private final DataMovement execution;
  private final LaunchedCall send;
  private final StepKey key;
  private MemorySegment data = MemorySegment.NULL;
  private List<DefinedData.Sent> undefined = List.of();
  private @Nullable Clock known;
  private @Nullable SimStep message;
  private long end;
  private boolean buffered;

  EagerSend(SharedComm comm, DataMovement execution, LaunchedCall send, StepKey key) {
    this.comm = comm;
    this.execution = execution;
    this.send = send;
    this.key = key;
  }

  /** Whether {@code send} may end before its receive is there. */
  static boolean isPossible(Simulation simulation, LaunchedCall send) {
    return send.rank() != send.request.rootOrPeer()
        && MessageChecks.bytes(send) <= Buffers.of(simulation.environment()).simpleBytes();
  }

  /**
   * Whether {@code part} of a collective may end before the others have begun: its rank gives and
   * takes nothing, as the root of a ring does, and all of it has a place in a channel's buffer.
   */
  static boolean isPossibleFor(SharedComm comm, LaunchedCall part) {
    Operation operation = part.request.operation();
    if (operation.dataFlow() != Operation.DataFlow.ROOT_TO_ALL
        || operation.sendsBlocks()
        || part.rank != part.request.rootOrPeer()
        || comm.worldSize() == 1
        || comm.hasRegisteredMemory()
        || !(part.carried instanceof ByChannels way)
        || way.choice().algorithm() != Algorithm.RING) {
      return false;
    }
    Protocol protocol = way.choice().protocol();
    int bytes = Buffers.of(comm.simulation().environment()).bytes(protocol);
    // Half of what LL stores are flags.
    return MessageChecks.bytes(part) <= (protocol == Protocol.LL ? bytes / 2 : bytes);
  }

  /** Who takes it is there: {@code step} can run as soon as the data is in the buffer. */
  void isAwaitedBy(SimStep step) {
    message = step;
    if (buffered) {
      comm.simulation().kernel().makeReady(step);
    }
  }

  @Override
  public Object key() {
    return key;
  }

  @Override
  public void run() {
    Steering steering = comm.simulation().kernel().steering();
    if (steering != null) {
      send.launch.isToldTo(steering);
      steering.signals(this);
    }
    if (send.launch.isCancelled()) {
      return;
    }
    known = send.launch.order();
    if (comm.simulation().followsData()) {
      undefined = DefinedData.sent(comm, List.of(send));
    }
    MemorySegment from = send.send;
    if (from != null && from.byteSize() > 0) {
      data = Arena.ofAuto().allocate(from.byteSize(), ALIGNMENT);
      data.copyFrom(from);
    }
    MemorySegment own = send.recv;
    if (own != null && from != null && own.address() != from.address()) {
      own.copyFrom(data);
    }
    if (comm.simulation().followsData()) {
      DefinedData.received(send, undefined);
    }
    long nanos = send.carried == null ? execution.nanos(data.byteSize()) : send.carried.nanos();
    end = send.launch.startTime() + nanos;
    buffered = true;
    if (message != null) {
      comm.simulation().kernel().makeReady(message);
    }
    send.launch.partDone(end);
  }

  /** Whether it has ended. */
  boolean isBuffered() {
    return buffered;
  }

  /** What it has sent. */
  MemorySegment data() {
    return data;
  }

  /** When, in virtual time. */
  long end() {
    return end;
  }

  /** What of it nobody has written. */
  List<DefinedData.Sent> undefined() {
    return undefined;
  }

  /** What was ordered before it. */
  @Nullable Clock known() {
    return known;
  }
}
