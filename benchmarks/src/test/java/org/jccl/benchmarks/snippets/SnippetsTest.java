package org.jccl.benchmarks.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jccl.Backend;
import org.jccl.Rank;
import org.jccl.sim.rehearsal.FaultClass;
import org.jccl.sim.rehearsal.FaultOutcome;
import org.jccl.test.RankTest;
import org.junit.jupiter.api.Test;

/** The examples of the API's documentation compile, run and do what their comments say. */
class SnippetsTest {
  private static final int RANKS = 4;

  @RankTest
  void ranks(Backend backend) {
    FirstSteps.ranks(backend);
  }

  @RankTest
  void pinned(Rank rank) {
    assertThat(FirstSteps.pinned(rank.device())).isEqualTo(0.5f);
  }

  @Test
  void backends() {
    assertThat(FirstSteps.backends()).isNotEmpty();
  }

  @RankTest(ranks = RANKS)
  void open(Rank rank) {
    assertThat(FirstSteps.open(rank.processGroup(), rank.device())).isEqualTo(RANKS);
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

  @RankTest(ranks = RANKS)
  void operations(Rank rank) {
    assertThat(Operations.reduceScatter(rank)).containsExactly(0, 0);
    assertThat(Operations.blocking(rank)).isEqualTo(4);
    assertThat(Operations.request(rank)).isEqualTo(4);
    assertThat(Operations.coalesced(rank)).isZero();
    assertThat(Operations.ring(rank)).isEqualTo((rank.rank() + RANKS - 1) % RANKS);
    assertThat(Operations.streams(rank)).isEqualTo(4f);
    assertThat(Computing.overlap(rank)).isEqualTo(14f);
    assertThat(Operations.scaled(rank)).isEqualTo(8.0);
    assertThat(Operations.prepared(rank)).isEqualTo(1f);
    assertThat(Operations.split(rank)).isEqualTo(2);
    assertThat(Operations.window(rank)).isEqualTo(4f);
  }

  @RankTest(ranks = RANKS, ncclVersion = 23102)
  void configuredCalls(Rank rank) {
    assertThat(Operations.configured(rank)).isEqualTo(RANKS);
  }

  @Test
  void simulations() {
    assertThat(Simulations.simulate(Operations::ring)).isEmpty();
  }
}
