package org.jccl.sim.comm;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.Step;
import org.jccl.sim.timeline.Timeline;

/**
 * The messages from one rank to another: the k-th send meets the k-th receive, in issue order,
 * without tags (rule P2P-01). A send waits for its receive (P2P-11).
 */
final class MessageQueue {
  private final Clique comm;
  private final World world;
  private final Execution execution;
  private final Meeting senderMissing;
  private final Meeting receiverMissing;
  private final BooleanSupplier isAnswered;
  private final ArrayDeque<Part> sends = new ArrayDeque<>();
  private final ArrayDeque<Part> receives = new ArrayDeque<>();
  private boolean connected;

  /** {@code isAnswered} tells whether a message has gone the other way before. */
  MessageQueue(
      Clique comm, Execution execution, int from, int to, BooleanSupplier isAnswered) {
    this.comm = comm;
    this.world = comm.world();
    this.execution = execution;
    this.senderMissing = () -> List.of(from);
    this.receiverMissing = () -> List.of(to);
    this.isAnswered = isAnswered;
  }

  void arriveSend(Part send) {
    Part receive = receives.pollFirst();
    if (receive == null) {
      send.meeting = receiverMissing;
      sends.addLast(send);
    } else {
      world.kernel().makeReady(new Message(send, receive));
    }
  }

  void arriveReceive(Part receive) {
    Part send = sends.pollFirst();
    if (send == null) {
      receive.meeting = senderMissing;
      receives.addLast(receive);
    } else {
      world.kernel().makeReady(new Message(send, receive));
    }
  }

  /** Whether a message has gone this way before (rule P2P-12). */
  boolean isConnected() {
    return connected;
  }

  /** A rank gave up its part. */
  void leave(Part part) {
    sends.remove(part);
    receives.remove(part);
  }

  /** One message, sent and received. */
  private final class Message implements Step, Meeting {
    private final Part send;
    private final Part receive;

    Message(Part send, Part receive) {
      this.send = send;
      this.receive = receive;
      send.meeting = this;
      receive.meeting = this;
    }

    @Override
    public void run() {
      try {
        meet();
      } catch (RuntimeException | Error broken) {
        // Thrown here it would end whichever rank's thread happens to run this step.
        comm.stopBroken(broken);
      }
    }

    private void meet() {
      if (send.launch.isCancelled() || receive.launch.isCancelled()) {
        return;
      }
      boolean first = !connected;
      connected = true;
      if (world.isChecking() && isRefused(first)) {
        return;
      }
      Causality.flow(send.launch, receive.launch);
      long bytes = Math.min(Messages.bytes(send), Messages.bytes(receive));
      long end = execution.message(send, receive, bytes);
      Timeline timeline = world.timeline();
      if (timeline != null) {
        Slices.message(timeline, send, receive, end);
      }
      send.launch.partDone(end);
      receive.launch.partDone(end);
    }

    private boolean isRefused(boolean first) {
      Report report = Messages.check(comm, send, receive);
      if (report != null && comm.report(report) != null) {
        return true;
      }
      Report shape =
          first ? Messages.firstContact(comm, isAnswered.getAsBoolean(), send, receive) : null;
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
