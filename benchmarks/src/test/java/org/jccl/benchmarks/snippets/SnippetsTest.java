package org.jccl.benchmarks.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.sim.Simulator;
import org.jccl.sim.rehearsal.FaultClass;
import org.jccl.sim.rehearsal.FaultOutcome;
import org.junit.jupiter.api.Test;

/** The examples of the API's documentation compile, run and do what their comments say. */
class SnippetsTest {
  private static final int RANKS = 4;

  private static <T> List<T> onEveryRank(Function<Rank, T> body) {
    Map<Integer, T> results = new ConcurrentHashMap<>();
    try (Simulator simulator = Simulator.builder().devices(RANKS).build()) {
      Ranks.run(simulator.backend(), RANKS, rank -> results.put(rank.rank(), body.apply(rank)));
    }
    return List.copyOf(results.values());
  }

  @Test
  void ranks() {
    try (Simulator simulator = Simulator.builder().devices(2).build()) {
      FirstSteps.ranks(simulator.backend());
      assertThat(simulator.findings()).isEmpty();
      assertThat(simulator.leaks()).isEmpty();
    }
  }

  @Test
  void backends() {
    assertThat(FirstSteps.backends()).isNotEmpty();
  }

  @Test
  void open() {
    assertThat(onEveryRank(rank -> FirstSteps.open(rank.processGroup(), rank.device())))
        .containsOnly(RANKS);
  }

  @Test
  void tcp() throws Exception {
    int port = freePort();
    List<FutureTask<List<byte[]>>> members = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int rank = i;
      Callable<List<byte[]>> member = () -> FirstSteps.exchange(port, rank);
      FutureTask<List<byte[]>> task = new FutureTask<>(member);
      members.add(task);
      Thread.ofPlatform().daemon().start(task);
    }
    for (FutureTask<List<byte[]>> each : members) {
      assertThat(each.get()).containsExactly(new byte[] {0}, new byte[] {1});
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void faults() {
    assertThat(Faults.rehearse(() -> SnippetsTest::trainAlone))
        .hasSize(4)
        .extracting(FaultOutcome::result)
        .containsOnly(FaultClass.HANG); // nobody looks after the others
  }

  private static void trainAlone(Rank rank) {
    for (int step = 0; step < 3; step++) {
      Operations.streams(rank);
    }
  }

  @Test
  void operations() {
    assertThat(onEveryRank(Operations::reduceScatter)).containsOnly(new int[2]);
    assertThat(onEveryRank(Operations::blocking)).containsOnly(4);
    assertThat(onEveryRank(Operations::request)).containsOnly(4);
    assertThat(onEveryRank(Operations::ring)).containsExactlyInAnyOrder(3, 0, 1, 2);
    assertThat(onEveryRank(Operations::streams)).containsOnly(4f);
    assertThat(onEveryRank(Computing::overlap)).containsOnly(14f);
    assertThat(onEveryRank(Operations::scaled)).containsOnly(8.0);
    assertThat(onEveryRank(Operations::prepared)).containsOnly(1f);
    assertThat(onEveryRank(Operations::split)).containsOnly(2);
    assertThat(onEveryRank(Operations::window)).containsOnly(4f);
  }

  @Test
  void simulations() {
    assertThat(Simulations.simulate(Operations::ring)).isEmpty();
  }
}
