package org.jccl.sim.comm.match;

import java.util.Map;
import java.util.TreeMap;
import org.jccl.ops.Operation;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jspecify.annotations.Nullable;

/** Where the two halves of messages meet (rules P2P-01, P2P-11). */
public final class MessageMatching {
  private final SharedComm comm;
  private final DataMovement execution;
  private final Map<Long, MessageQueue> queues = new TreeMap<>();

  /** The messages of {@code comm}, which {@code execution} carries out. */
  public MessageMatching(SharedComm comm, DataMovement execution) {
    this.comm = comm;
    this.execution = execution;
  }

  /** A part's launch has started. */
  public void arrive(LaunchedCall part) {
    if (part.request.operation() == Operation.SEND) {
      queueOf(part).arriveSend(part);
    } else {
      queueOf(part).arriveReceive(part);
    }
  }

  /** A rank gives up its part. */
  public void leave(LaunchedCall part) {
    queueOf(part).leave(part);
  }

  /** What is wrong with a communicator that ends before all it has sent is received; or null. */
  public @Nullable ReportBuilder findUnreceived() {
    for (MessageQueue queue : queues.values()) {
      LaunchedCall send = queue.unreceived();
      if (send != null) {
        return MessageChecks.unreceived(comm, send);
      }
    }
    return null;
  }

  private MessageQueue queueOf(LaunchedCall part) {
    int peer = part.request.rootOrPeer();
    return part.request.operation() == Operation.SEND
        ? queue(part.rank(), peer)
        : queue(peer, part.rank());
  }

  private MessageQueue queue(int from, int to) {
    return queues.computeIfAbsent(
        (long) from * comm.worldSize() + to,
        pair -> new MessageQueue(comm, execution, from, to, () -> isConnected(to, from)));
  }

  private boolean isConnected(int from, int to) {
    return queue(from, to).isConnected();
  }
}
