package org.jccl.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The harness never hangs, and says who was where. */
@Timeout(60)
class RuleWorldTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  @Test
  void aRankThatNeverReturns_becomesAFailureWithEveryRanksStack() {
    Subject.Instance instance = SimulatorSubject.freeRunning().open();
    RuleWorld world = RuleWorld.open(instance, 2, config -> {}, () -> {});
    CountDownLatch never = new CountDownLatch(1);

    assertThatThrownBy(
            () ->
                world.run(
                    "XYZ-01",
                    SHORT,
                    rank -> {
                      if (rank.rank() == 1) {
                        never.await();
                      }
                    }))
        .isInstanceOf(RuleViolation.class)
        .hasMessageContaining("XYZ-01, 2 ranks")
        .hasMessageContaining("rank 0 is done")
        .hasMessageContaining("rank 1 (WAITING):")
        .hasMessageContaining("RuleWorldTest");
    assertThat(world.isStuck()).isTrue();
  }

  @Test
  void aRankThatIgnoresInterrupts_isLeftBehind() {
    Subject.Instance instance = SimulatorSubject.freeRunning().open();
    RuleWorld world = RuleWorld.open(instance, 1, config -> {}, () -> {});

    assertThatThrownBy(
            () ->
                world.run(
                    "XYZ-02",
                    SHORT,
                    rank -> {
                      while (true) {
                        LockSupport.park();
                        Thread.interrupted();
                      }
                    }))
        .hasMessageContaining("did not come back when interrupted");
  }

  @Test
  void anExceptionOfOneRank_releasesTheOthers() {
    Subject.Instance instance = new SimulatorSubject().open();
    RuleWorld world = RuleWorld.open(instance, 3, config -> {}, () -> {});

    assertThatThrownBy(
            () ->
                world.run(
                    "XYZ-03",
                    rank -> {
                      if (rank.rank() == 2) {
                        throw new IllegalStateException("on purpose");
                      }
                      try (DeviceBuffer b = Values.of(rank.device(), DataType.INT32, 1)) {
                        rank.communicator().allReduce(b, ReduceOp.SUM);
                        rank.communicator().defaultStream().synchronize();
                      }
                    }))
        .hasMessageContaining("rank 2 threw java.lang.IllegalStateException: on purpose")
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(world.isBroken()).isTrue();
    assertThat(world.isStuck()).isFalse();
  }

  @Test
  void problemsAreCollectedFromAllRanks_andTheWorldGoesOn() {
    Worlds worlds = new Worlds(new SimulatorSubject());
    AtomicInteger opened = new AtomicInteger();

    assertThatThrownBy(() -> worlds.run(2, rank -> rank.problem("number " + rank.rank())))
        .hasMessageContaining("2 problems")
        .hasMessageContaining("rank 0: number 0")
        .hasMessageContaining("rank 1: number 1");
    worlds.run(2, rank -> opened.addAndGet(rank.worldSize()));

    assertThat(opened).hasValue(4);
    worlds.close();
  }

  @Test
  void aBrokenWorldIsReplaced() {
    Worlds worlds = new Worlds(new SimulatorSubject());

    assertThatThrownBy(
            () ->
                worlds.run(
                    2,
                    rank -> {
                      throw new IllegalStateException("on purpose");
                    }))
        .isInstanceOf(RuleViolation.class);
    worlds.run(
        2,
        rank -> {
          try (DeviceBuffer b = Values.of(rank.device(), DataType.INT32, 1)) {
            rank.communicator().allReduce(b, ReduceOp.SUM);
            rank.communicator().defaultStream().synchronize();
            rank.expect("the sum in the new world", b, 2);
          }
        });

    worlds.close();
  }
}
