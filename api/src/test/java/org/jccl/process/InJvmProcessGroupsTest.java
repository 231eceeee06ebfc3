package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;

class InJvmProcessGroupsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(20);

  @Test
  void members_knowTheirPlace() {
    List<ProcessGroup> group = InJvmProcessGroups.create(3, LONG);

    assertThat(group).extracting(ProcessGroup::rank).containsExactly(0, 1, 2);
    assertThat(group).extracting(ProcessGroup::worldSize).containsOnly(3);
  }

  @Test
  void broadcast_givesEveryoneTheRootsBytes_forEveryRoot() {
    List<ProcessGroup> group = InJvmProcessGroups.create(3, LONG);

    Crew<List<String>> crew =
        Crew.run(
            3,
            rank ->
                IntStream.range(0, 3)
                    .mapToObj(root -> text(group.get(rank).broadcast(bytes("from " + rank), root)))
                    .toList());

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.result(rank)).containsExactly("from 0", "from 1", "from 2");
    }
  }

  @Test
  void allGather_givesEveryoneAllBytes_inRankOrder_manyTimes() {
    List<ProcessGroup> group = InJvmProcessGroups.create(4, LONG);

    Crew.run(
            4,
            rank -> {
              for (int i = 0; i < 500; i++) {
                String round = " in round " + i;
                List<byte[]> all = group.get(rank).allGather(bytes(rank + round));
                assertThat(all.stream().map(InJvmProcessGroupsTest::text))
                    .containsExactly("0" + round, "1" + round, "2" + round, "3" + round);
              }
              return null;
            })
        .requireNoFailure();
  }

  @Test
  void gather_givesTheRootAllBytes_inRankOrder_andTheOthersNone() {
    List<ProcessGroup> group = InJvmProcessGroups.create(3, LONG);

    Crew<List<byte[]>> crew = Crew.run(3, rank -> group.get(rank).gather(bytes("from " + rank), 1));

    assertThat(crew.result(0)).isEmpty();
    assertThat(crew.result(1).stream().map(InJvmProcessGroupsTest::text))
        .containsExactly("from 0", "from 1", "from 2");
    assertThat(crew.result(2)).isEmpty();
    assertThatThrownBy(() -> group.get(0).gather(bytes("x"), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank 0/3, gather: root 3 is not a rank: pass 0 to 2");
  }

  @Test
  void results_areCopies() {
    List<ProcessGroup> group = InJvmProcessGroups.create(2, LONG);

    Crew<byte[]> crew =
        Crew.run(
            2,
            rank -> {
              byte[] mine = {1};
              byte[] got = group.get(rank).broadcast(mine, 0);
              got[0] += (byte) (rank + 1);
              mine[0] = 9;
              return got;
            });

    assertThat(crew.result(0)).containsExactly(2);
    assertThat(crew.result(1)).containsExactly(3);
  }

  @Test
  void worldOfOne_neverWaits() {
    ProcessGroup alone = InJvmProcessGroups.create(1, SHORT).getFirst();

    alone.barrier(SHORT);
    assertThat(alone.broadcast(bytes("x"), 0)).isEqualTo(bytes("x"));
    assertThat(alone.allGather(bytes("y"))).hasSize(1);
    alone.close();
  }

  @Test
  void lateMembers_areNamed_toTheWaitingAndToTheLate() {
    List<ProcessGroup> group = InJvmProcessGroups.create(4, LONG);

    Crew<Void> crew =
        Crew.run(
            2,
            rank -> {
              group.get(rank).barrier(rank == 0 ? SHORT : LONG);
              return null;
            });

    assertThat(crew.failure(0))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 0/4, barrier #0")
        .hasMessageContaining("have not come: [")
        .hasMessageContaining("2, 3]")
        .hasMessageContaining("0.02 s");
    assertThat(crew.failure(1))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 1/4, barrier #0")
        .hasMessageContaining("rank 0 waited");
    assertThatThrownBy(() -> group.get(3).barrier(LONG))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 3/4");
  }

  @Test
  void brokenGroup_staysBroken_evenIfEverybodyComes() {
    List<ProcessGroup> group = InJvmProcessGroups.create(2, LONG);
    assertThatThrownBy(() -> group.getFirst().barrier(SHORT))
        .isInstanceOf(CollectiveTimeoutException.class);

    for (ProcessGroup member : group) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> member.barrier(LONG))
            .isInstanceOf(CollectiveTimeoutException.class)
            .hasMessageContaining("rank 0 waited 0.02 s in barrier #0");
      }
    }
  }

  @Test
  void memberThatClosed_failsTheOthersAtOnce() {
    List<ProcessGroup> group = InJvmProcessGroups.create(3, LONG);

    Crew<Void> crew =
        Crew.run(
            3,
            rank -> {
              if (rank == 1) {
                group.get(1).close();
              } else {
                group.get(rank).allGather(bytes("x"));
              }
              return null;
            });

    for (int rank : new int[] {0, 2}) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("rank " + rank + "/3, all_gather #0")
          .hasMessageContaining("rank 1 will not come to all_gather #0")
          .hasMessageContaining("has closed its process group");
      assertThat(((CollectiveException) crew.failure(rank)).code())
          .isEqualTo(ResultCode.REMOTE_ERROR);
    }
  }

  @Test
  void closingAfterTheLastOperation_harmsNobody() {
    List<ProcessGroup> group = InJvmProcessGroups.create(4, LONG);

    Crew.run(
            4,
            rank -> {
              try (ProcessGroup own = group.get(rank)) {
                own.barrier(LONG);
                own.barrier(LONG);
              }
              return null;
            })
        .requireNoFailure();
  }

  @Test
  void differentOperations_areReportedToAll_withBoth() {
    List<ProcessGroup> group = InJvmProcessGroups.create(3, LONG);

    Crew<Void> crew =
        Crew.run(
            3,
            rank -> {
              if (rank == 2) {
                group.get(rank).barrier(LONG);
              } else {
                group.get(rank).allGather(bytes("x"));
              }
              return null;
            });

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("the ranks disagree")
          .hasMessageContaining("calls barrier #0")
          .hasMessageContaining("calls all_gather #0");
    }
  }

  @Test
  void differentRoots_areReportedToAll_withBoth() {
    List<ProcessGroup> group = InJvmProcessGroups.create(2, LONG);

    Crew<byte[]> crew = Crew.run(2, rank -> group.get(rank).broadcast(bytes("x"), rank));

    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.failure(rank))
          .hasMessageContaining("rank 0 calls broadcast #0 from root 0")
          .hasMessageContaining("rank 1 calls broadcast #0 from root 1");
    }
  }

  @Test
  void interruptedMember_keepsItsFlag_andTheOthersLearn() {
    List<ProcessGroup> group = InJvmProcessGroups.create(3, LONG);
    CountDownLatch started = new CountDownLatch(2);

    Crew<Boolean> crew =
        Crew.start(
            2,
            rank -> {
              started.countDown();
              assertThatThrownBy(() -> group.get(rank).barrier(LONG))
                  .isInstanceOf(CollectiveException.class)
                  .hasMessageContaining("rank " + rank + "/3, barrier #0")
                  .hasMessageContaining("interrupted");
              return Thread.currentThread().isInterrupted();
            });
    crew.thread(1).interrupt();

    crew.join();
    assertThat(crew.result(0)).isFalse();
    assertThat(crew.result(1)).isTrue();
  }

  @Test
  void argumentsAreRefused_beforeAnythingHappens() {
    assertThatThrownBy(() -> InJvmProcessGroups.create(0, LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("world size 0");
    assertThatThrownBy(() -> InJvmProcessGroups.create(1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("time-out PT0S");
    ProcessGroup own = InJvmProcessGroups.create(2, LONG).getFirst();
    assertThatThrownBy(() -> own.broadcast(bytes("x"), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("root 2 is not a rank: pass 0 to 1");
    assertThatThrownBy(() -> own.allGather(new byte[ProcessGroupBase.MAX_PAYLOAD + 1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 67108864");
    assertThatThrownBy(() -> own.allGather(null)).isInstanceOf(NullPointerException.class);
    own.close();
    own.close();
    assertThatThrownBy(() -> own.barrier(LONG))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
