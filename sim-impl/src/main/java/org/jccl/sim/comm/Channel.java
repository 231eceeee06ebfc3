package org.jccl.sim.comm;

import java.util.ArrayDeque;
import java.util.List;
import org.jccl.sim.check.Report;
import org.jccl.sim.timeline.Timeline;

/**
 * The messages from one rank to another: the k-th send meets the k-th receive, in issue order,
 * without tags (rule P2P-01). A send waits for its receive (P2P-11).
 */
final class Channel {
  private final Clique clique;
  private final int from;
  private final int to;
  private final ArrayDeque<Part> sends = new ArrayDeque<>();
  private final ArrayDeque<Part> receives = new ArrayDeque<>();
  private boolean connected;

  Channel(Clique clique, int from, int to) {
    this.clique = clique;
    this.from = from;
    this.to = to;
  }

  void arriveSend(Part send) {
    Part receive = receives.pollFirst();
    if (receive == null) {
      send.meeting = new Waiting(to);
      sends.addLast(send);
    } else {
      meet(send, receive);
    }
  }

  void arriveReceive(Part receive) {
    Part send = sends.pollFirst();
    if (send == null) {
      receive.meeting = new Waiting(from);
      receives.addLast(receive);
    } else {
      meet(send, receive);
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

  private void meet(Part send, Part receive) {
    clique.world().kernel().makeReady(new Message(send, receive));
  }

  /** One message, sent and received. */
  private final class Message extends Meeting {
    private final Part send;
    private final Part receive;

    Message(Part send, Part receive) {
      this.send = send;
      this.receive = receive;
      send.meeting = this;
      receive.meeting = this;
    }

    @Override
    protected void fail(RuntimeException failure) {
      clique.stop(failure);
    }

    @Override
    protected void meet() {
      if (send.launch.isCancelled() || receive.launch.isCancelled()) {
        return;
      }
      Report report = clique.world().isChecking() ? Messages.check(clique, send, receive) : null;
      boolean first = !connected;
      connected = true;
      if (report != null && clique.report(report) != null) {
        return;
      }
      if (first && clique.world().isChecking()) {
        Report shape = Messages.firstContact(clique, send, receive);
        if (shape != null) {
          clique.report(shape);
        }
      }
      Causality.flow(send.launch, receive.launch);
      long end =
          Execution.message(
              clique, send, receive, Math.min(Messages.bytes(send), Messages.bytes(receive)));
      Timeline timeline = clique.world().timeline();
      if (timeline != null) {
        Slices.message(timeline, send, receive, end);
      }
      send.launch.partDone(end);
      receive.launch.partDone(end);
    }

    @Override
    List<Integer> missing() {
      return List.of();
    }
  }

  /** One side alone. */
  private final class Waiting extends Meeting {
    private final int rank;

    Waiting(int rank) {
      this.rank = rank;
    }

    @Override
    protected void fail(RuntimeException failure) {
      clique.stop(failure);
    }

    @Override
    protected void meet() {}

    @Override
    List<Integer> missing() {
      return List.of(rank);
    }
  }
}
