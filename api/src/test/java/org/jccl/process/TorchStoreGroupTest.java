package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups that meet in a store of torch, and groups that find each other there. */
class TorchStoreGroupTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONG = Duration.ofSeconds(60);

  private SmallTorchStore store;

  @BeforeEach
  void openStore() throws IOException {
    store = new SmallTorchStore();
  }

  @AfterEach
  void closeStore() throws IOException {
    store.close();
  }

  @Test
  void operations_giveWhatTheyGiveInOneJvm_andLeaveLittleBehind() {
    Crew<List<String>> crew =
        group(
            3,
            LONG,
            (group, rank) -> {
              List<String> seen = new ArrayList<>();
              group.barrier(LONG);
              group.allGather(bytes("from " + rank)).forEach(part -> seen.add(text(part)));
              seen.add(text(group.broadcast(bytes("root " + rank), 2)));
              group.gather(bytes("g" + rank), 1).forEach(part -> seen.add(text(part)));
              group.allGather(new byte[0]).forEach(part -> seen.add(text(part)));
              return seen;
            });

    crew.requireNoFailure();
    assertThat(crew.result(0)).containsExactly("from 0", "from 1", "from 2", "root 2", "", "", "");
    assertThat(crew.result(1))
        .containsExactly("from 0", "from 1", "from 2", "root 2", "g0", "g1", "g2", "", "", "");
    assertThat(store.keys())
        .noneMatch(key -> key.startsWith("/g/0/") || key.startsWith("/g/1/"))
        .allMatch(key -> key.startsWith("/g/"));
  }

  @Test
  void objectOfManyMegabytes_arrivesWhole() {
    byte[] large = new byte[9 << 20];
    large[large.length - 1] = 8;

    Crew<byte[]> crew = group(2, LONG, (group, rank) -> group.broadcast(large, 1));

    assertThat(crew.result(0)).isEqualTo(large);
  }

  @Test
  void aSecondGroupOfAnotherName_isApart() {
    group(2, LONG, (group, rank) -> group.allGather(bytes("x"))).requireNoFailure();

    Crew<Object> crew =
        Crew.run(
            2,
            rank -> {
              try (ProcessGroup group =
                  ProcessGroups.torchStore(HOST, store.port(), rank, 2, "h", LONG)) {
                group.barrier(LONG);
                return null;
              }
            });

    crew.requireNoFailure();
  }

  @Test
  void differentCalls_areNamedToAll() {
    Crew<Object> crew =
        group(
            3,
            LONG,
            (group, rank) ->
                rank == 2 ? group.broadcast(bytes("x"), 1) : group.allGather(bytes("x")));

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("the ranks disagree")
          .hasMessageContaining("broadcast.1")
          .hasMessageContaining("all_gather.0");
    }
  }

  @Test
  void differentWorldSizesAndEqualRanks_areNamed() {
    Crew<ProcessGroup> sizes =
        Crew.run(
            2, rank -> ProcessGroups.torchStore(HOST, store.port(), rank, 2 + rank, "s", LONG));
    Crew<ProcessGroup> ranks =
        Crew.run(3, rank -> ProcessGroups.torchStore(HOST, store.port(), rank / 2, 3, "r", LONG));

    for (int rank = 0; rank < 2; rank++) {
      assertThat(sizes.failure(rank)).hasMessageContaining("the ranks disagree on the world size");
    }
    for (int rank = 0; rank < 3; rank++) {
      assertThat(ranks.failure(rank)).hasMessageContaining("two members say they are rank 0");
    }
  }

  @Test
  void memberThatCloses_andMemberThatIsLate_areNamedToAll() {
    Crew<Object> closed =
        group(
            3,
            LONG,
            (group, rank) -> {
              if (rank != 1) {
                group.barrier(LONG);
              }
              return null;
            });
    for (int rank = 0; rank < 3; rank += 2) {
      assertThat(closed.failure(rank))
          .hasMessageContaining(
              "rank 1 will not come to barrier.0: it has closed its process group");
    }
    store.keys().forEach(key -> assertThat(key).startsWith("/g/"));
  }

  @Test
  void storeThatAnswersTooLate_endsTheGroup_andItsAnswersAreNobodys() {
    CountDownLatch joined = new CountDownLatch(2);
    Crew<Object> crew =
        group(
            2,
            LONG,
            (group, rank) -> {
              joined.countDown();
              assertThat(joined.await(60, TimeUnit.SECONDS)).isTrue();
              if (rank == 1) {
                return null;
              }
              Runnable goesOn = store.isSlow();
              assertThatThrownBy(() -> group.barrier(Duration.ofMillis(50)))
                  .hasMessageContaining("the store does not answer");
              goesOn.run();
              assertThatThrownBy(() -> group.allGather(new byte[] {7}))
                  .isInstanceOf(CollectiveException.class)
                  .hasMessageContaining("the store does not answer");
              return null;
            });
    crew.requireNoFailure();
  }

  @Test
  void memberThatLeavesWithoutWords_isNamed() {
    Crew<Object> crew =
        group(
            2,
            LONG,
            (group, rank) -> {
              if (rank == 0) {
                try (TorchStoreClient peer = TorchStoreClient.connect(HOST, store.port(), LONG)) {
                  peer.append("g/gone", "nonsense\n\n1\n".getBytes(StandardCharsets.UTF_8));
                  peer.isThere(List.of("g/gone"));
                }
                group.barrier(LONG);
              }
              return null;
            });
    assertThat(crew.failure(0)).hasMessageContaining("rank 1 will not come to barrier.0: it has");
  }

  @Test
  void lateMember_isNamedToAll() {
    CountDownLatch over = new CountDownLatch(2);
    Crew<Object> crew =
        group(
            3,
            LONG,
            (group, rank) -> {
              if (rank == 2) {
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
                return null;
              }
              try {
                group.barrier(rank == 0 ? Duration.ofMillis(300) : LONG);
              } finally {
                over.countDown();
              }
              return null;
            });

    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveTimeoutException.class)
          .hasMessageContaining("rank 0 waited 0.3 s")
          .hasMessageContaining("these have not come: [2]");
    }
  }

  @Test
  void whatIsNoStore_isNamed() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName(HOST))) {
      Crew.start(
          1,
          i -> {
            other.accept().close();
            return null;
          });

      assertThatThrownBy(
              () -> ProcessGroups.torchStore(HOST, other.getLocalPort(), 0, 2, "g", LONG))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("does not answer as a TCPStore of PyTorch 2 does");
    }
  }

  @Test
  void waitThatIsCancelled_leavesTheConnectionUsable() throws Exception {
    try (TorchStoreClient client = TorchStoreClient.connect(HOST, store.port(), LONG)) {
      assertThat(client.await(List.of("none"), Duration.ofMillis(20))).isFalse();
      client.set("some", bytes("value"));
      assertThat(client.await(List.of("some"), LONG)).isTrue();
      assertThat(text(client.get("some"))).isEqualTo("value");
      assertThat(client.increment("n", 5)).isEqualTo(5);
      assertThat(client.increment("n", -2)).isEqualTo(3);
      client.countIn();
      assertThat(client.delete("some")).isTrue();
      assertThat(client.delete("some")).isFalse();
      assertThat(store.keys()).containsExactly("/n", "init/");
    }
  }

  @Test
  void torchrunsRanks_findRankZeroThroughTheAgentsStore() {
    Crew<String> crew =
        Crew.run(
            3,
            rank -> {
              try (ProcessGroup group =
                  EnvironmentGroup.join(new LaunchVariables(torchrun(rank, Map.of())), LONG)) {
                return text(group.broadcast(bytes("from " + rank), 1));
              }
            });

    crew.requireNoFailure();
    assertThat(crew.result(2)).isEqualTo("from 1");
    assertThat(store.keys()).containsExactly("/jccl/group/none/0/rank0");
  }

  @Test
  void torchrunsRanks_meetInTheStore_ifAskedTo() {
    Map<String, String> more = Map.of("JCCL_GROUP_STORE", "torch");
    Crew<String> crew =
        Crew.run(
            2,
            rank -> {
              try (ProcessGroup group =
                  EnvironmentGroup.join(new LaunchVariables(torchrun(rank, more)), LONG)) {
                return text(group.broadcast(bytes("from " + rank), 1));
              }
            });

    crew.requireNoFailure();
    assertThat(store.keys()).allMatch(key -> key.startsWith("/jccl/store/none/0/"));
  }

  private Map<String, String> torchrun(int rank, Map<String, String> more) {
    Map<String, String> env = new HashMap<>(more);
    env.put("MASTER_ADDR", HOST);
    env.put("MASTER_PORT", String.valueOf(store.port()));
    env.put("RANK", String.valueOf(rank));
    env.put("LOCAL_RANK", String.valueOf(rank));
    env.put("WORLD_SIZE", more.isEmpty() ? "3" : "2");
    env.put("TORCHELASTIC_RUN_ID", "none");
    env.put("TORCHELASTIC_RESTART_COUNT", "0");
    env.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    return env;
  }

  private interface Program<T> {
    T run(ProcessGroup group, int rank) throws Exception;
  }

  private <T> Crew<T> group(int size, Duration timeout, Program<T> program) {
    return Crew.run(
        size,
        rank -> {
          try (ProcessGroup group =
              ProcessGroups.torchStore(HOST, store.port(), rank, size, "g", timeout)) {
            return program.run(group, rank);
          }
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
