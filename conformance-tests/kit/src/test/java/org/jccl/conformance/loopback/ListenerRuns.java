package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jccl.Backend;
import org.jccl.CallListener;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.sim.Simulator;

/** Programs whose communicators have listeners, on the simulator and through NCCL's binding. */
abstract class ListenerRuns {
  static final int RANKS = 3;

  /** The first that has grow. */
  private static final int VERSION = 22_902;

  /** Where the ranks run. */
  enum Where {
    SIMULATOR,
    LOOPBACK
  }

  /** What each rank's body has thrown, by rank. */
  final Map<Integer, Throwable> thrown = new ConcurrentSkipListMap<>();

  static CommunicatorConfig config(CallListener.Factory... listeners) {
    CommunicatorConfig.Builder builder = CommunicatorConfig.builder().name("world").warmUp(false);
    for (CallListener.Factory each : listeners) {
      builder.listener(each);
    }
    return builder.build();
  }

  final void run(Where where, CommunicatorConfig config, BiConsumer<Rank, Communicator> body) {
    if (where == Where.LOOPBACK) {
      try (Loopback loopback = Loopback.open(RANKS, VERSION)) {
        run(loopback.backend(), config, body);
      }
    } else {
      try (Simulator simulator =
          Simulator.builder().devices(RANKS).ncclVersion(VERSION).warnings(line -> {}).build()) {
        run(simulator.backend(), config, body);
      }
    }
  }

  private void run(
      Backend backend, CommunicatorConfig config, BiConsumer<Rank, Communicator> body) {
    try {
      Ranks.run(
          backend,
          RANKS,
          rank -> {
            try (Communicator comm =
                Communicator.open(rank.processGroup(), rank.device(), config)) {
              body.accept(rank, comm);
            } catch (Throwable failure) {
              thrown.put(rank.rank(), failure);
              throw failure;
            }
          });
    } catch (RanksFailedException told) {
      assertThat(thrown).isNotEmpty();
    }
  }

  static String causes(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      all.append(each).append('\n');
      for (Throwable other : each.getSuppressed()) {
        all.append(other).append('\n');
      }
    }
    return all.toString();
  }
}
