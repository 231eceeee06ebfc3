package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jccl.ops.Operation;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;

/**
 * Strict mode: the host waits inside its call until every participant has issued the matching one,
 * as NCCL's may (rules STR-11, STR-12, P2P-12). It waits for calls, not for data.
 */
public final class Rendezvous implements Wait {
  private final Endpoint endpoint;
  private final long collectives;
  private final Map<Integer, Long> sends = new HashMap<>();
  private final Map<Integer, Long> receives = new HashMap<>();

  private Rendezvous(Endpoint endpoint) {
    this.endpoint = endpoint;
    long last = -1;
    Launch launch = endpoint.launching().lastIssued();
    List<Part> parts = launch == null ? List.of() : launch.parts();
    for (Part part : parts) {
      int peer = part.request.rootOrPeer();
      if (!part.isMessage()) {
        last = part.call.sequence();
      } else if (peer != endpoint.rank()) {
        boolean sent = part.request.operation() == Operation.SEND;
        (sent ? sends : receives).put(peer, part.call.sequence());
      }
    }
    this.collectives = last;
  }

  /** What {@code endpoint}'s last call waits for. */
  public static Rendezvous of(Endpoint endpoint) {
    return new Rendezvous(endpoint);
  }

  /** Waits, baton given up. */
  public void await(HostTask task) {
    Clique clique = endpoint.clique();
    if (!isMet()) {
      clique.addWaiter(task);
      endpoint.life().waits(task);
      try {
        endpoint
            .device()
            .world()
            .kernel()
            .await(task, () -> isMet() || endpoint.refusal() != null, this);
      } finally {
        endpoint.life().waits(null);
        clique.removeWaiter(task);
      }
    }
    RuntimeException refusal = endpoint.refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  private boolean isMet() {
    return absent().isEmpty();
  }

  /** The ranks of the communicator that have not issued their call. */
  private List<Integer> absent() {
    Clique clique = endpoint.clique();
    List<Integer> absent = new ArrayList<>();
    for (int rank = 0; rank < clique.worldSize(); rank++) {
      Endpoint member = clique.member(rank);
      long sent = sends.getOrDefault(rank, -1L);
      long received = receives.getOrDefault(rank, -1L);
      if (member != null
          && (member.launching().collectives() <= collectives
              || member.launching().messages(Operation.RECV, endpoint.rank()) <= sent
              || member.launching().messages(Operation.SEND, endpoint.rank()) <= received)) {
        absent.add(rank);
      }
    }
    return absent;
  }

  @Override
  public String describe() {
    Launch launch = endpoint.launching().lastIssued();
    return (launch == null ? "a call" : launch.describe()) + " to be issued by all its ranks";
  }

  @Override
  public List<Integer> ranks() {
    TreeSet<Integer> drivers = new TreeSet<>();
    absent().forEach(rank -> drivers.add(endpoint.clique().driver(rank)));
    return List.copyOf(drivers);
  }

  @Override
  public Nature nature() {
    return sends.isEmpty() && receives.isEmpty() ? Nature.COLLECTIVE : Nature.MESSAGE;
  }

  @Override
  public String communicator() {
    return endpoint.name();
  }

  @Override
  public boolean isRendezvous() {
    return true;
  }
}
