package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.CollectiveException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;

/** Members in processes of their own: killed, or without memory. */
class MemberProcessesTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Far less than any time-out of the group, and more than a busy machine needs. */
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void killedMember_isNamedByAll_whoeverItIs() throws Exception {
    for (int victim = 0; victim < 2; victim++) {
      int port = GroupProcess.freePort();
      int killed = victim;
      Process process = GroupProcess.start(List.of(), port, killed, 3, 0);
      CountDownLatch waiting = new CountDownLatch(2);
      Crew<Long> others =
          Crew.start(
              2,
              i -> {
                int rank = i < killed ? i : i + 1;
                try (ProcessGroup group =
                    ProcessGroups.tcp("127.0.0.1", port, rank, 3, "s", LONG)) {
                  waiting.countDown();
                  group.barrier(LONG);
                  return 0L;
                }
              });
      GroupProcess.joined(process);
      assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
      process.destroyForcibly();
      long killedAt = System.nanoTime();

      others.join();

      assertThat(Duration.ofNanos(System.nanoTime() - killedAt)).isLessThan(SOON);
      for (int i = 0; i < 2; i++) {
        assertThat(others.failure(i))
            .isInstanceOf(CollectiveException.class)
            .hasMessageContaining("rank " + killed)
            .hasMessageContaining("closed the connection")
            .extracting(failure -> ((CollectiveException) failure).code())
            .isEqualTo(ResultCode.REMOTE_ERROR);
      }
    }
  }

  @Test
  void killedMember_isNamedByAll_alsoWhileNobodyCalls() throws Exception {
    for (int victim = 0; victim < 2; victim++) {
      int port = GroupProcess.freePort();
      int killed = victim;
      Process process = GroupProcess.start(List.of(), port, killed, 3, 0);
      CountDownLatch joined = new CountDownLatch(2);
      Crew<String> others =
          Crew.start(
              2,
              i -> {
                int rank = i < killed ? i : i + 1;
                try (ProcessGroup group =
                    ProcessGroups.tcp("127.0.0.1", port, rank, 3, "s", LONG)) {
                  assertThat(group.spansProcesses()).isTrue();
                  assertThat(group.lostMember()).isEmpty();
                  joined.countDown();
                  long deadline = System.nanoTime() + LONG.toNanos();
                  while (group.lostMember().isEmpty() && System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                  }
                  return group.lostMember().orElse("nobody");
                }
              });
      GroupProcess.joined(process);
      assertThat(joined.await(60, TimeUnit.SECONDS)).isTrue();
      process.destroyForcibly();

      others.join().requireNoFailure();
      for (int i = 0; i < 2; i++) {
        assertThat(others.result(i))
            .isEqualTo(
                "the process of rank "
                    + killed
                    + " has ended without leaving its group (it closed the connection)");
      }
    }
  }

  @Test
  void memberThatLeaves_isNotLost() throws Exception {
    int port = GroupProcess.freePort();
    Crew<Boolean> members =
        Crew.start(
            2,
            rank -> {
              ProcessGroup group = ProcessGroups.tcp("127.0.0.1", port, rank, 2, "s", LONG);
              group.barrier(LONG);
              if (rank == 1) {
                group.close();
                return true;
              }
              try {
                group.barrier(LONG);
              } catch (CollectiveException left) {
                // It says so: rank 1 has left, and its connection has ended.
              }
              boolean nobody = group.lostMember().isEmpty();
              group.close();
              return nobody;
            });

    members.join().requireNoFailure();
    assertThat(List.of(members.result(0), members.result(1))).containsOnly(true);
  }

  @Test
  void killedMemberOfAStoresGroup_isNamedByAll_amidACallAndWhileNobodyCalls() throws Exception {
    for (int victim = 0; victim < 3; victim += 2) {
      try (SmallTorchStore store = new SmallTorchStore()) {
        int killed = victim;
        Process process =
            GroupProcess.start(List.of("-Djccl.test.store=true"), store.port(), killed, 3, 0);
        CountDownLatch joined = new CountDownLatch(2);
        Crew<String> others =
            Crew.start(
                2,
                i -> {
                  int rank = (killed + 1 + i) % 3;
                  try (ProcessGroup group =
                      ProcessGroups.torchStore("127.0.0.1", store.port(), rank, 3, "g", LONG)) {
                    joined.countDown();
                    if (i == 0) {
                      group.barrier(LONG); // names it long before its time is over
                    }
                    while (group.lostMember().isEmpty()) {
                      Thread.sleep(20);
                    }
                    return group.lostMember().orElseThrow();
                  }
                });
        GroupProcess.joined(process);
        assertThat(joined.await(60, TimeUnit.SECONDS)).isTrue();
        process.destroyForcibly();

        others.join();

        assertThat(others.failure(0))
            .hasMessageContaining("rank " + killed + " shows no sign of life");
        assertThat(others.result(1)).contains("rank " + killed + " shows no sign of life");
      }
    }
  }

  @Test
  void rankZeroWithoutMemory_isToldToAll() throws Exception {
    int port = GroupProcess.freePort();
    int size = 3;
    int bytes = 12 << 20; // one fits, two do not, and what is left is enough for all else
    Process zero = GroupProcess.start(List.of("-Xmx24m", "-XX:+UseSerialGC"), port, 0, size, bytes);
    try {
      Crew<Object> others =
          Crew.start(
              size - 1,
              i -> {
                try (ProcessGroup group =
                    ProcessGroups.tcp("127.0.0.1", port, i + 1, size, "s", LONG)) {
                  group.allGather(new byte[bytes]);
                  group.barrier(LONG);
                  return null;
                }
              });
      GroupProcess.joined(zero);

      others.join();

      for (int i = 0; i < size - 1; i++) {
        assertThat(others.failure(i))
            .isInstanceOf(CollectiveException.class)
            .hasMessageContaining("rank 0 has run out of memory")
            .hasMessageContaining("larger heap");
      }
    } finally {
      zero.destroyForcibly();
    }
  }
}
