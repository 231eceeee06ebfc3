package org.jccl.benchmarks.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a peer took for one operation, round by round. A peer that fails has no more turns with it;
 * why, is told.
 */
final class PeerTurns {
  private final NcclPeer peer;
  private final Workload workload;
  private final List<Long> sizes;
  private final Map<Long, List<Double>> micros = new LinkedHashMap<>();
  private @Nullable String failure;

  PeerTurns(NcclPeer peer, Workload workload, List<Long> sizes) {
    this.peer = peer;
    this.workload = workload;
    this.sizes = sizes;
  }

  /** One turn; what goes wrong is kept. */
  void take() {
    if (failure != null) {
      return;
    }
    try {
      peer.measure(workload, sizes)
          .forEach(
              (size, time) -> micros.computeIfAbsent(size, none -> new ArrayList<>()).add(time));
    } catch (IOException failed) {
      failure = String.valueOf(failed.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      failure = "interrupted";
    }
  }

  /** Why it has no more turns; null while it has them. */
  @Nullable String failure() {
    return failure == null ? null : peer.name() + ", " + workload + ": " + failure;
  }

  /** What it took for one size; null if it cannot do that. */
  @Nullable WayTimes times(long bytes) {
    List<Double> rounds = micros.get(bytes);
    return rounds == null
        ? null
        : new WayTimes(
            workload.label(),
            bytes,
            peer.name(),
            rounds.stream().mapToDouble(Double::doubleValue).toArray(),
            -1);
  }
}
