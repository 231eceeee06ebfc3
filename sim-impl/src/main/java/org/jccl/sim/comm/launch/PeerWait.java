package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Strict mode: the host waits inside its call until every participant has issued the matching one,
 * as NCCL's may (rules STR-11, STR-12, P2P-12). It waits for calls, not for data.
 */
public final class PeerWait implements Wait {
  private final LaunchQueue queue;
  private final SharedComm comm;
  private final @Nullable Launch launch;
  private final long collectives;
  private final Map<Integer, Long> sends = new HashMap<>();
  private final Map<Integer, Long> receives = new HashMap<>();

  private PeerWait(LaunchQueue queue, @Nullable Launch launch) {
    this.queue = queue;
    this.comm = queue.member().comm();
    this.launch = launch;
    long last = -1;
    List<LaunchedCall> parts = launch == null ? List.of() : launch.parts();
    for (LaunchedCall part : parts) {
      int peer = part.request().rootOrPeer();
      if (!part.isMessage()) {
        last = part.call().sequence();
      } else if (peer != queue.member().rank()) {
        boolean sent = part.request().operation() == Operation.SEND;
        (sent ? sends : receives).put(peer, part.call().sequence());
      }
    }
    this.collectives = last;
  }

  /** What the call waits for that put {@code launch} into {@code queue}; null if it put nothing. */
  static PeerWait of(LaunchQueue queue, @Nullable Launch launch) {
    return new PeerWait(queue, launch);
  }

  /** Waits, baton given up. */
  public void await(HostTask task) {
    LaunchQueue.Owner owner = queue.owner();
    if (!isMet()) {
      comm.addWaiter(task);
      owner.waits(task);
      try {
        comm.simulation().kernel().await(task, () -> isMet() || owner.refusal() != null, this);
      } finally {
        owner.waits(null);
        comm.removeWaiter(task);
      }
    }
    RuntimeException refusal = owner.refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  private boolean isMet() {
    return absent().isEmpty();
  }

  /** The ranks of the communicator that have not issued their call. */
  private List<Integer> absent() {
    int own = queue.member().rank();
    List<Integer> absent = new ArrayList<>();
    for (int rank = 0; rank < comm.worldSize(); rank++) {
      LaunchQueue other = queue.ranks().of(rank);
      long sent = sends.getOrDefault(rank, -1L);
      long received = receives.getOrDefault(rank, -1L);
      if (other != null
          && (other.sequence().collectives() <= collectives
              || other.sequence().messages(Operation.RECV, own) <= sent
              || other.sequence().messages(Operation.SEND, own) <= received)) {
        absent.add(rank);
      }
    }
    return absent;
  }

  @Override
  public String describe() {
    return (launch == null ? "a call" : launch.describe()) + " to be issued by all its ranks";
  }

  @Override
  public List<Integer> ranks() {
    TreeSet<Integer> drivers = new TreeSet<>();
    absent().forEach(rank -> drivers.add(comm.driver(rank)));
    return List.copyOf(drivers);
  }

  @Override
  public Nature nature() {
    return sends.isEmpty() && receives.isEmpty() ? Nature.COLLECTIVE : Nature.MESSAGE;
  }

  @Override
  public String communicator() {
    return comm.name();
  }

  @Override
  public boolean isRendezvous() {
    return true;
  }
}
