package org.jccl.sim.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jccl.sim.rehearsal.FaultClass.HANG;
import static org.jccl.sim.rehearsal.FaultClass.NOT_REACHED;
import static org.jccl.sim.rehearsal.FaultClass.RECOVERED;
import static org.jccl.sim.rehearsal.FaultClass.REPORTED;
import static org.jccl.sim.rehearsal.FaultClass.SILENT_WRONG_DATA;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.sim.Provokes;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.faults.InjectedFaultException;
import org.jccl.sim.machine.GpuProfile;
import org.junit.jupiter.api.Test;

/** What a fault looks like to its rank and to the peers, and which class comes of it. */
@Provokes(judgedBy = "the rehearsal: reports and what is left open make the class of an outcome")
class RehearsalTest {
  private static final List<Long> SEEDS = LongStream.rangeClosed(1, 8).boxed().toList();

  private static List<FaultOutcome> of(String plan, RankProgram program) {
    return Rehearsal.of(3, () -> program).seeds(SEEDS).runAll(FaultPlan.parse(plan));
  }

  private static void expect(FaultClass result, String plan, RankProgram program) {
    assertThat(of(plan, program))
        .allSatisfy(
            each -> {
              assertThat(each.result()).as(each.toString()).isEqualTo(result);
              assertThat(each.struck()).hasSize(1);
            });
  }

  /** Each text that a report shows names the fault as its first cause. */
  private static void expectReport(FaultClass result, String plan, RankProgram program) {
    expect(result, plan, program);
    assertThat(of(plan, program))
        .allSatisfy(
            each ->
                assertThat(each.failure().orElseThrow())
                    .hasMessageContaining("first cause: fault '" + plan + "' struck")
                    .hasMessageContaining("RehearsalTest.java:"));
  }

  private static DeviceBuffer ones(Rank rank) {
    DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 2);
    buffer.copyFrom(1, 1);
    return buffer;
  }

  private static void sum(Rank rank, DeviceBuffer buffer) {
    rank.communicator().allReduce(buffer, buffer, ReduceOp.SUM, rank.device().defaultStream());
  }

  private static int[] read(DeviceBuffer buffer) {
    int[] values = new int[2];
    buffer.copyTo(values);
    return values;
  }

  /** Handles nothing. */
  private static void careless(Rank rank) {
    try (DeviceBuffer buffer = ones(rank)) {
      for (int round = 0; round < 3; round++) {
        sum(rank, buffer);
      }
      assertThat(read(buffer)).containsOnly((int) Math.pow(rank.worldSize(), 3));
    }
  }

  @Test
  void whatNobodyHandles_isReportedOrHangs() {
    expectReport(REPORTED, "rank 1 at all_reduce 2: exception", RehearsalTest::careless);
    expectReport(REPORTED, "rank 1 at all_reduce 2: abort", RehearsalTest::careless);
    expectReport(REPORTED, "rank 1 at all_reduce 2: async error", RehearsalTest::careless);
    expectReport(REPORTED, "rank 1 at all_reduce 2: out of memory", RehearsalTest::careless);
    expectReport(HANG, "rank 1 at all_reduce 2: exit", RehearsalTest::careless);
    expectReport(HANG, "rank 1 at all_reduce 2: hang", RehearsalTest::careless);
    expectReport(HANG, "rank 1 at all_reduce 2: suspend", RehearsalTest::careless);
    expectReport(HANG, "rank 1 at all_reduce 2: lost connection", RehearsalTest::careless);
    expect(RECOVERED, "rank 1 at all_reduce 2: slow 5s", RehearsalTest::careless);
    expect(RECOVERED, "rank 1 at all_reduce 2: delay 5s", RehearsalTest::careless);
    expect(RECOVERED, "rank 1 at all_reduce 2: suspend 60s", RehearsalTest::careless);
  }

  @Test
  void aFaultThatNobodyComesTo_hasNotStruck() {
    for (FaultOutcome each : of("rank 1 at all_reduce 4: exit", RehearsalTest::careless)) {
      assertThat(each.result()).isEqualTo(NOT_REACHED);
      assertThat(each.struck()).isEmpty();
    }
  }

  @Test
  void anException_comesOutOfTheCallThatIsNotMade() {
    expect(
        RECOVERED,
        "rank 2 at all_reduce 2: exception",
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            sum(rank, buffer);
            try {
              sum(rank, buffer);
            } catch (InjectedFaultException once) {
              assertThat(rank.rank()).isEqualTo(2);
              sum(rank, buffer);
            }
            assertThat(read(buffer)).containsOnly(9);
          }
        });
  }

  @Test
  void whoSwallowsARefusedCall_hasWrongData() {
    RankProgram swallows =
        rank -> {
          try (DeviceBuffer from = ones(rank);
              DeviceBuffer to = ones(rank)) {
            try {
              rank.communicator().allReduce(from, to, ReduceOp.SUM, rank.device().defaultStream());
              rank.device().defaultStream().completion().get(1, TimeUnit.SECONDS);
            } catch (InjectedFaultException | CollectiveException | TimeoutException ignored) {
              rank.communicator().abort();
            }
            read(to);
          }
        };
    for (String kind : List.of("exception", "abort", "async error", "out of memory", "exit")) {
      expect(SILENT_WRONG_DATA, "rank 1 at all_reduce 1: " + kind, swallows);
    }
    expect(RECOVERED, "rank 1 at all_reduce 1: slow 1ms", swallows);
  }

  @Test
  void staleDataThatTravels_isFoundWhereItIsRead() {
    expect(
        SILENT_WRONG_DATA,
        "rank 1 at all_reduce 1: exception",
        rank -> {
          try (DeviceBuffer from = ones(rank);
              DeviceBuffer to = ones(rank)) {
            if (rank.rank() == 1) {
              try {
                sum(rank, to);
              } catch (InjectedFaultException ignored) {
                // It goes on with what it had.
              }
              rank.communicator().broadcast(to, to, 1, rank.device().defaultStream());
            } else {
              rank.communicator().broadcast(from, to, 1, rank.device().defaultStream());
            }
            if (rank.rank() == 0) {
              read(to);
            }
            rank.device().synchronize();
          }
        });
  }

  @Test
  void aCopyThatWasSwallowed_isStaleData() {
    expect(
        SILENT_WRONG_DATA,
        "rank 0 at copy 2: exception",
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            sum(rank, buffer);
            try {
              read(buffer);
            } catch (InjectedFaultException ignored) {
              rank.device().synchronize(); // It believes that it has read.
            }
          }
        });
    expect(
        RECOVERED,
        "rank 0 at copy 2: exception",
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            sum(rank, buffer);
            try {
              read(buffer);
            } catch (InjectedFaultException once) {
              read(buffer);
            }
          }
        });
  }

  @Test
  void anAssertionThatFails_saysThatDataIsWrong() {
    expect(
        SILENT_WRONG_DATA,
        "rank 0 at all_reduce 1: slow 1ms",
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            sum(rank, buffer);
            assertThat(read(buffer)).containsOnly(4);
          }
        });
    Rehearsal judged =
        Rehearsal.of(3, () -> RehearsalTest::careless)
            .judgedBy(
                () -> {
                  throw new AssertionError("no weights were written");
                });
    assertThat(judged.run(FaultPlan.parse("rank 0 at call 1: slow 1ms")).result())
        .isEqualTo(SILENT_WRONG_DATA);
  }

  @Test
  void anAsynchronousError_isToldFromThenOn_untilItIsRevoked() {
    expect(
        RECOVERED,
        "rank 1 at allocate 1: async error system",
        rank -> {
          Communicator comm = rank.communicator();
          assertThat(comm.asyncError()).isEqualTo(ResultCode.SUCCESS);
          try (DeviceBuffer buffer = ones(rank)) {
            if (rank.rank() == 1) {
              assertThat(comm.asyncError()).isEqualTo(ResultCode.SYSTEM_ERROR);
              assertThatThrownBy(() -> sum(rank, buffer)).hasMessageContaining("SYSTEM_ERROR");
            }
            comm.abort();
          }
        });
  }

  @Test
  void anAbort_isThatOfAnotherThread() {
    expect(
        RECOVERED,
        "rank 1 at all_reduce 1: abort",
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            if (rank.rank() == 1) {
              assertThatThrownBy(() -> sum(rank, buffer))
                  .isInstanceOf(CommunicatorAbortedException.class);
              assertThat(rank.communicator().state()).isEqualTo(Communicator.State.ABORTED);
            } else {
              rank.communicator().abort();
            }
          }
        });
  }

  @Test
  void aLimitPasses_whenThePeerIsLaterThanThat() {
    RankProgram waits =
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            sum(rank, buffer);
            try {
              rank.device().defaultStream().completion().get(30, TimeUnit.SECONDS);
            } catch (TimeoutException late) {
              throw new IllegalStateException("late", late);
            }
          }
        };
    for (String kind : List.of("suspend", "delay", "slow")) {
      expect(RECOVERED, "rank 1 at all_reduce 1: " + kind + " 29s", waits);
      expect(REPORTED, "rank 1 at all_reduce 1: " + kind + " 31s", waits);
    }
  }

  @Test
  void creation_isRetriedWhenMemoryWasMissing() {
    expect(
        RECOVERED,
        "rank 1 at split 1: out of memory",
        rank -> {
          Communicator half = null;
          // The ranks agree on whether all have one.
          for (int attempt = 0; half == null && attempt < 2; attempt++) {
            CommunicatorConfig config =
                CommunicatorConfig.builder().initTimeout(Duration.ofSeconds(3)).build();
            try {
              half = rank.communicator().split(0, 0, config);
            } catch (CollectiveException refused) {
              assertThat(attempt).isZero();
            }
          }
          if (half != null) {
            half.close();
          }
        });
  }

  @Test
  void ranksOfOtherHosts_hearThatAPeerIsGone() {
    RankProgram polls =
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            Communicator comm = rank.communicator();
            try {
              sum(rank, buffer);
              rank.device().defaultStream().completion().get(1, TimeUnit.SECONDS);
            } catch (TimeoutException | CollectiveException lost) {
              boolean otherHost = rank.rank() / 2 != 1 / 2;
              assertThat(comm.asyncError())
                  .isEqualTo(otherHost ? ResultCode.REMOTE_ERROR : ResultCode.SUCCESS);
              comm.abort();
            }
          }
        };
    List<FaultOutcome> found =
        Rehearsal.of(4, () -> polls)
            .in(world -> world.profile(GpuProfile.h200().withGpusPerHost(2)))
            .seeds(SEEDS)
            .runAll(FaultPlan.parse("rank 1 at all_reduce 1: exit"));
    assertThat(found).extracting(FaultOutcome::result).containsOnly(RECOVERED);
    assertThat(found).extracting(FaultOutcome::summary).containsOnly("finished without rank 1");
  }

  @Test
  void whereNoRankIsLeft_thatIsTheReport() {
    for (FaultOutcome each :
        Rehearsal.of(1, () -> RehearsalTest::careless)
            .runAll(FaultPlan.parse("rank 0 at call 2: exit"))) {
      assertThat(each.result()).isEqualTo(REPORTED);
      assertThat(each.failure().orElseThrow()).hasMessageContaining("no rank is left");
    }
    expect(
        HANG,
        "rank 0 at call 2: hang",
        rank -> {
          if (rank.rank() == 0) {
            careless(rank);
          }
          rank.processGroup().barrier(Duration.ofDays(40_000));
        });
  }

  @Test
  void programsWithThreadsOfTheirOwn_areRehearsed() {
    Rehearsal rehearsal =
        Rehearsal.ofWorld(
            1,
            () ->
                world -> {
                  CountDownLatch over = new CountDownLatch(1);
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            try (DeviceBuffer buffer =
                                world.backend().devices().get(0).allocate(DataType.INT8, 1)) {
                              buffer.copyFrom((byte) 1);
                            } finally {
                              over.countDown();
                            }
                          });
                  over.await();
                });
    assertThat(rehearsal.calls()).extracting(CallPoint::call).contains("allocate", "copy");
    assertThat(rehearsal.run(FaultPlan.parse("rank 0 at copy 1: delay 1ms")).result())
        .isEqualTo(RECOVERED);
  }

  @Test
  void aRankThatHangs_isLeftBehindIfTheOthersHaveNoticed() {
    RankProgram heeds =
        rank -> {
          try (DeviceBuffer buffer = ones(rank)) {
            sum(rank, buffer);
            try {
              rank.device().defaultStream().completion().get(1, TimeUnit.SECONDS);
            } catch (TimeoutException late) {
              rank.communicator().abort();
            }
          }
        };
    for (String kind : List.of("hang", "suspend")) {
      expect(RECOVERED, "rank 1 at all_reduce 1: " + kind, heeds);
      expect(HANG, "rank 1 at free 1: " + kind, heeds);
      expect(HANG, "rank 1 at free 1: " + kind, RehearsalTest::careless);
    }
  }

  @Test
  void everyCallAndEveryKind_endsAndHasAClass() {
    FaultTable table = Rehearsal.of(2, () -> RehearsalTest::careless).explore();
    assertThat(table.rows()).hasSizeGreaterThan(200);
    // An abort while work is in flight leaves undefined data (LIF-15): the assertion finds it.
    assertThat(table.counts()).containsOnlyKeys(RECOVERED, REPORTED, HANG, SILENT_WRONG_DATA);
    assertThat(table.text()).contains("rank 1 at call 3", "all_reduce 1", "lost connection");
    assertThat(table.rows())
        .allSatisfy(
            row -> {
              FaultOutcome worst = row.worst();
              if (worst.failure().orElse(null) instanceof RanksFailedException failed) {
                assertThat(failed).hasMessageContaining("first cause: fault '" + row.fault());
              }
            });
  }

  @Test
  void theSameFaultAndSeed_isTheSameRun() {
    FaultPlan plan = FaultPlan.parse("rank 1 at all_reduce 2: exit");
    Rehearsal rehearsal = Rehearsal.of(3, () -> RehearsalTest::careless).seeds(SEEDS);
    assertThat(rehearsal.runAll(plan).toString()).isEqualTo(rehearsal.runAll(plan).toString());
  }
}
