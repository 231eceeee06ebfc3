package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.Future;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.Exploration;
import org.jccl.sim.explore.Explorer;
import org.jccl.sim.explore.Strategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that ask again and again: polling is waiting, and the number of questions counts. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollingTest {
  private static final int RANKS = 3;
  private static final Duration LIMIT = Duration.ofMillis(200);
  private static final int QUESTIONS = 60;

  private static Simulator.Builder world() {
    return Simulator.builder().devices(RANKS).stallLimit(LIMIT).warnings(line -> {});
  }

  /** A sum over all ranks, whose device work the caller has to wait for. */
  private static void sum(Rank rank, DeviceBuffer buffer) {
    Communicator communicator = rank.communicator();
    communicator.allReduce(buffer, buffer, ReduceOp.SUM, communicator.defaultStream());
  }

  private static RankProgram withBuffer(Body body) {
    return rank -> {
      try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 4)) {
        buffer.copyFrom(new float[4]);
        body.run(rank, buffer);
        rank.communicator().defaultStream().synchronize();
      }
    };
  }

  private interface Body {
    void run(Rank rank, DeviceBuffer buffer) throws Exception;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  @Provokes(reports = MisuseKind.MISSING_RANK)
  void pollingForWhatNeverComes_isADeadlock(long seed) {
    try (Simulator simulator = (seed == 0 ? world() : world().seed(seed)).build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      RANKS,
                      withBuffer(
                          (rank, buffer) -> {
                            if (rank.rank() < 2) {
                              sum(rank, buffer);
                              try (Event event = rank.device().newEvent()) {
                                event.record(rank.communicator().defaultStream());
                                while (rank.rank() == 0 && !event.isReached()) {
                                  Thread.onSpinWait();
                                }
                              }
                              while (!rank.communicator().defaultStream().isIdle()) {
                                Thread.onSpinWait();
                              }
                            }
                          })))
          .hasMessageContaining("MISSING_RANK")
          .hasMessageContaining("it asks again and again")
          .hasMessageContaining("missing: rank 2");
      assertThat(simulator.findings()).hasSize(1);
      assertThat(simulator.isRepeatable()).isTrue();
    }
  }

  /**
   * A rank on a machine so slow that its questions together take several times the stall limit. It
   * asks for what can come only when it has given up asking.
   */
  @ParameterizedTest
  @ValueSource(strings = {"fifo", "pct(2)"})
  void questionsAreCounted_howeverLongTheyTake(String strategy) {
    Exploration found =
        Explorer.of(
                withBuffer(
                    (rank, buffer) -> {
                      if (rank.rank() == 1) {
                        rank.processGroup().barrier(Duration.ofMinutes(1));
                      }
                      sum(rank, buffer);
                      for (int i = 0; rank.rank() == 0 && i < QUESTIONS; i++) {
                        takesAWhile();
                        rank.communicator().defaultStream().isIdle();
                      }
                      if (rank.rank() == 0) {
                        rank.processGroup().barrier(Duration.ofMinutes(1));
                      }
                    }))
            .ranks(2)
            .strategy(Strategy.parse(strategy))
            .schedules(1)
            .world(PollingTest::world)
            .explore();
    assertThat(found.failures()).isEmpty();
  }

  private static void takesAWhile() {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < LIMIT.toNanos() / 20) {
      Thread.onSpinWait();
    }
  }

  @Test
  void pollingOfACompletion_comesToAnEnd() {
    try (Simulator simulator = world().build()) {
      Ranks.run(
          simulator.backend(),
          RANKS,
          withBuffer(
              (rank, buffer) -> {
                sum(rank, buffer);
                Future<Void> done = rank.communicator().defaultStream().completion();
                while (!done.isDone()) {
                  Thread.onSpinWait();
                }
              }));
      assertThat(simulator.isRepeatable()).isTrue();
    }
  }

  @Test
  @Provokes(reports = MisuseKind.DEADLOCK)
  void pollingForAStateThatNeverChanges_isADeadlock() {
    try (Simulator simulator = world().build()) {
      assertThatThrownBy(
              () ->
                  Ranks.run(
                      simulator.backend(),
                      RANKS,
                      rank -> {
                        while (rank.communicator().state() == Communicator.State.READY) {
                          rank.communicator().asyncError();
                        }
                      }))
          .hasMessageContaining("DEADLOCK")
          .hasMessageContaining("PollingTest.java");
    }
  }
}
