package org.jccl.sim.comm.match;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.SimStep;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.StepKey;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * The messages from one rank to another: the k-th send meets the k-th receive, in issue order,
 * without tags (rule P2P-01). A send waits for its receive, or a small one does not (P2P-11).
 */
final class MessageQueue {
  private final SharedComm comm;
  private final Simulation simulation;
  private final boolean followsData;
  private final DataMovement execution;
  private final Match senderMissing;
  private final Match receiverMissing;
  private final BooleanSupplier isAnswered;
  private final ArrayDeque<LaunchedCall> sends = new ArrayDeque<>();
  private final ArrayDeque<LaunchedCall> receives = new ArrayDeque<>();
  private final int pair;
  private long matched;
  private long sent;
  private boolean connected;

  /** {@code isAnswered} tells whether a message has gone the other way before. */
  MessageQueue(
      SharedComm comm, DataMovement execution, int from, int to, BooleanSupplier isAnswered) {
    this.comm = comm;
    this.simulation = comm.simulation();
    this.followsData = simulation.followsData();
    this.execution = execution;
    this.senderMissing = () -> List.of(from);
    this.receiverMissing = () -> List.of(to);
    this.isAnswered = isAnswered;
    this.pair = from * comm.worldSize() + to;
  }

  void arriveSend(LaunchedCall send) {
    if (EagerSend.isPossible(simulation, send)) {
      Steering steering = simulation.kernel().steering();
      if (steering != null) {
        steering.depends(Choices.Point.EAGER_SENDS);
      }
      if (simulation.eagerSends()) {
        StepKey key = new StepKey(StepKey.Kind.EAGER_SEND, comm.number(), pair, sent++);
        EagerSend eager = new EagerSend(comm, execution, send, key);
        send.eager = eager;
        simulation.kernel().makeReady(eager);
      }
    }
    LaunchedCall receive = receives.pollFirst();
    if (receive == null) {
      send.meeting = send.eager == null ? receiverMissing : null;
      sends.addLast(send);
    } else {
      meet(send, receive);
    }
  }

  private void meet(LaunchedCall send, LaunchedCall receive) {
    Message message = new Message(send, receive);
    if (send.eager == null) {
      simulation.kernel().makeReady(message);
    } else {
      send.eager.isAwaitedBy(message);
    }
  }

  void arriveReceive(LaunchedCall receive) {
    LaunchedCall send = sends.pollFirst();
    if (send == null) {
      receive.meeting = senderMissing;
      receives.addLast(receive);
    } else {
      meet(send, receive);
    }
  }

  /** A send that has ended and that nobody has received, or null. */
  @Nullable LaunchedCall unreceived() {
    LaunchedCall first = sends.peekFirst();
    return first != null && first.eager != null && first.eager.isBuffered() ? first : null;
  }

  /** Whether a message has gone this way before (rule P2P-12). */
  boolean isConnected() {
    return connected;
  }

  /** A rank gave up its part. */
  void leave(LaunchedCall part) {
    sends.remove(part);
    receives.remove(part);
  }

  /** One message, sent and received. */
  private final class Message implements SimStep, Match {
    private final LaunchedCall send;
    private final LaunchedCall receive;

    private final long number = matched++;

    Message(LaunchedCall send, LaunchedCall receive) {
      this.send = send;
      this.receive = receive;
      send.meeting = this;
      receive.meeting = this;
    }

    @Override
    public StepKey key() {
      return new StepKey(StepKey.Kind.MESSAGE, comm.number(), pair, number);
    }

    @Override
    public void run() {
      Steering steering = simulation.kernel().steering();
      if (steering != null) {
        if (send.eager == null) {
          send.launch.isToldTo(steering);
        } else {
          steering.follows(send.eager);
        }
        receive.launch.isToldTo(steering);
        steering.effect(MessageQueue.this, Effect.WRITE);
      }
      try {
        meet();
      } catch (RuntimeException | Error broken) {
        // Thrown here it would end whichever rank's thread happens to run this step.
        comm.stopBroken(broken);
      }
    }

    private void meet() {
      EagerSend eager = send.eager;
      if (receive.launch.isCancelled() || (eager == null && send.launch.isCancelled())) {
        return;
      }
      boolean first = !connected;
      connected = true;
      if (simulation.isChecking() && isRefused(first)) {
        return;
      }
      Clock known = eager == null ? send.launch.order() : eager.known();
      if (known != null) {
        receive.launch.comesAfter(known);
      }
      long bytes = Math.min(MessageChecks.bytes(send), MessageChecks.bytes(receive));
      long end = execution.message(send, receive, bytes);
      if (followsData && eager != null) {
        DefinedData.received(receive, eager.undefined());
      } else if (followsData) {
        DefinedData.moved(comm, List.of(send, receive));
      }
      Timeline timeline = simulation.timeline();
      if (timeline != null) {
        TimelineSlices.message(timeline, send, receive, end);
      }
      if (eager == null) {
        send.launch.partDone(end);
      }
      receive.launch.partDone(end);
    }

    private boolean isRefused(boolean first) {
      ReportBuilder report = MessageChecks.check(comm, send, receive);
      if (report != null && comm.report(report) != null) {
        return true;
      }
      ReportBuilder shape =
          first ? MessageChecks.firstContact(comm, isAnswered.getAsBoolean(), send, receive) : null;
      if (shape != null) {
        comm.report(shape);
      }
      return false;
    }

    @Override
    public List<Integer> missing() {
      return List.of();
    }
  }
}
