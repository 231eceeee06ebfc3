package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/**
 * Strict mode: the host waits inside its call until every participant has issued the matching one,
 * as NCCL's may (rules STR-11, STR-12, P2P-12). It waits for calls, not for data.
 */
final class PeerWait extends HostMeeting {
  private final @Nullable Launch launch;
  private final long collectives;
  private final Map<Integer, Long> sends = new HashMap<>();
  private final Map<Integer, Long> receives = new HashMap<>();

  private PeerWait(LaunchQueue queue, @Nullable Launch launch) {
    super(queue);
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

  @Override
  @Nullable Launch launch() {
    return launch;
  }

  @Override
  List<Integer> absent() {
    int own = queue().member().rank();
    List<Integer> absent = new ArrayList<>();
    for (int rank = 0; rank < queue().member().worldSize(); rank++) {
      LaunchQueue other = queue().ranks().of(rank);
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
  void tells(Steering steering) {
    int own = queue().member().rank();
    for (int rank = 0; rank < queue().member().worldSize(); rank++) {
      LaunchQueue other = queue().ranks().of(rank);
      if (other != null && collectives >= 0) {
        other.sequence().needs(steering, collectives);
      }
    }
    sends.forEach((peer, number) -> tells(steering, peer, Operation.RECV, own, number));
    receives.forEach((peer, number) -> tells(steering, peer, Operation.SEND, own, number));
  }

  private void tells(Steering steering, int peer, Operation operation, int own, long number) {
    LaunchQueue other = queue().ranks().of(peer);
    if (other != null) {
      other.sequence().needs(steering, operation, own, number);
    }
  }

  @Override
  public String describe() {
    return (launch == null ? "a call" : launch.describe()) + " to be issued by all its ranks";
  }

  @Override
  public Nature nature() {
    return sends.isEmpty() && receives.isEmpty() ? Nature.COLLECTIVE : Nature.MESSAGE;
  }

  @Override
  public boolean isRendezvous() {
    return true;
  }
}
