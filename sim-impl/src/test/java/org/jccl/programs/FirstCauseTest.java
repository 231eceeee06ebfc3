package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.ReportedMisuse;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.sim.Provokes;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cleaning up behind an exception with work in flight: the exception is what one sees. Nothing but
 * the place in the code tells that it is under way.
 */
class FirstCauseTest {
  private static final int RANKS = 3;

  private interface Act {
    void run(Rank rank, DeviceBuffer data) throws Exception;
  }

  private static void inFlight(Rank rank, DeviceBuffer data) {
    rank.communicator().allReduce(data, ReduceOp.SUM);
  }

  private static void refused(Rank rank, DeviceBuffer data) {
    rank.communicator().broadcast(data, 99);
  }

  // ---------------------------------------------------------------- guilty

  private static void throwing(Rank rank, DeviceBuffer data, Act failing) throws Exception {
    inFlight(rank, data);
    if (rank.rank() == 1) {
      failing.run(rank, data);
    }
    rank.communicator().defaultStream().synchronize();
  }

  private static void inFinally(Rank rank, Act failing) throws Exception {
    DeviceBuffer data = Lab.ints(rank, 8);
    try {
      throwing(rank, data, failing);
    } finally {
      data.close();
    }
  }

  private static void closeBoth(DeviceBuffer data, DeviceBuffer more) {
    more.close();
    data.close();
  }

  private static void inHelperOfFinally(Rank rank, Act failing) throws Exception {
    DeviceBuffer data = Lab.ints(rank, 8);
    DeviceBuffer more = Lab.ints(rank, 8);
    try {
      throwing(rank, data, failing);
    } finally {
      if (rank.rank() >= 0) {
        closeBoth(data, more);
      }
    }
  }

  private static void inTryWithResources(Rank rank, Act failing) throws Exception {
    try (DeviceBuffer data = Lab.ints(rank, 8)) {
      throwing(rank, data, failing);
    }
  }

  private static void inCatchThatThrowsOn(Rank rank, Act failing) throws Exception {
    DeviceBuffer data = Lab.ints(rank, 8);
    try {
      throwing(rank, data, failing);
    } catch (Exception | Error failure) {
      data.close();
      throw failure;
    }
    data.close();
  }

  private static void inNestedFinally(Rank rank, Act failing) throws Exception {
    DeviceBuffer data = rank.device().allocateRegistrable(DataType.INT32, 1024);
    data.copyFrom(new int[1024]);
    Window window = rank.communicator().registerWindow(data, WindowFlag.COLLECTIVE_SYMMETRIC);
    try {
      try {
        throwing(rank, data, failing);
      } finally {
        window.close();
      }
    } finally {
      data.close();
    }
  }

  private interface Cleanup {
    void run(Rank rank, Act failing) throws Exception;
  }

  static Stream<Arguments> failures() {
    Map<String, Cleanup> cleanups =
        Map.of(
            "finally", FirstCauseTest::inFinally,
            "helper of a finally", FirstCauseTest::inHelperOfFinally,
            "try-with-resources", FirstCauseTest::inTryWithResources,
            "catch that throws on", FirstCauseTest::inCatchThatThrowsOn,
            "nested, with a window", FirstCauseTest::inNestedFinally);
    Map<Class<? extends Throwable>, Act> failing =
        Map.of(
            IllegalArgumentException.class,
            FirstCauseTest::refused,
            AssertionError.class,
            (rank, data) -> {
              throw new AssertionError("mine");
            },
            IOException.class,
            (rank, data) -> {
              throw new IOException("mine");
            });
    return cleanups.entrySet().stream()
        .flatMap(
            way ->
                failing.entrySet().stream()
                    .map(
                        act ->
                            arguments(way.getKey(), way.getValue(), act.getKey(), act.getValue())));
  }

  @ParameterizedTest(name = "{0}, {2}")
  @MethodSource("failures")
  void isTheFailure(String name, Cleanup cleanup, Class<? extends Throwable> type, Act failing) {
    for (long seed = 0; seed < 4; seed++) {
      Simulator.Builder builder = Simulator.builder().devices(RANKS).warnings(line -> {});
      try (Simulator simulator = (seed == 0 ? builder : builder.seed(seed)).build()) {
        Throwable failed =
            catchThrowable(
                () -> Ranks.run(simulator.backend(), RANKS, rank -> cleanup.run(rank, failing)));
        Throwable cause =
            failed instanceof RanksFailedException ranks
                ? ranks.failures().getFirst().cause()
                : failed;
        assertThat(cause).as(name).isInstanceOf(type);
        assertThat(simulator.findings()).isEmpty();
        assertThat(simulator.leaks()).isEmpty();
        assertThat(failed).hasMessageNotContaining("BUFFER_FREED");
      }
    }
  }

  // ---------------------------------------------------------------- neighbours

  @Test
  void withoutAnException_theFreeIsTheMistake() {
    ReportedMisuse found =
        Lab.PLAIN.finds(
            MisuseKind.BUFFER_FREED,
            RANKS,
            rank -> {
              DeviceBuffer data = Lab.ints(rank, 8);
              try {
                inFlight(rank, data);
              } finally {
                data.close();
              }
              rank.communicator().defaultStream().synchronize();
            });
    assertThat(found).hasMessageContaining("frees it");
  }

  @Test
  void behindACaughtException_theFreeIsTheMistake() {
    Lab.PLAIN.finds(
        MisuseKind.BUFFER_FREED,
        RANKS,
        rank -> {
          DeviceBuffer data = Lab.ints(rank, 8);
          inFlight(rank, data);
          try {
            refused(rank, data);
          } catch (IllegalArgumentException known) {
            data.close();
          }
          rank.communicator().defaultStream().synchronize();
        });
  }

  @Test
  void ofASwallowedException_theFreeIsFoundAtTheEnd() {
    Lab.PLAIN.finds(
        MisuseKind.BUFFER_FREED,
        RANKS,
        rank -> {
          try {
            inFinally(rank, FirstCauseTest::refused);
          } catch (IllegalArgumentException known) {
            rank.communicator().defaultStream().synchronize();
          }
        });
  }

  @Test
  void ofACaughtException_aWaitBeforeTheFreeIsLegal() {
    Lab.PLAIN.accepts(
        RANKS,
        rank -> {
          DeviceBuffer data = Lab.ints(rank, 8);
          try {
            throwing(rank, data, FirstCauseTest::refused);
          } catch (IllegalArgumentException known) {
            assertThat(known).hasMessageContaining("99");
          } finally {
            rank.communicator().defaultStream().synchronize();
            data.close();
          }
        });
  }

  /**
   * Rank 1 ends its registration too early and goes on; rank 2 finds the communicator failed, and
   * ends first.
   */
  @Provokes(reports = MisuseKind.BUFFER_FREED)
  @Test
  void callOnAFailedCommunicator_isNoCauseOfItsOwn() {
    try (Simulator simulator = Simulator.builder().devices(RANKS).warnings(line -> {}).build()) {
      RanksFailedException failed =
          catchThrowableOfType(
              RanksFailedException.class,
              () ->
                  Ranks.run(
                      simulator.backend(),
                      RANKS,
                      rank -> {
                        Communicator half = rank.communicator().split(0, rank.rank());
                        DeviceBuffer data = Lab.ints(rank, 8);
                        if (rank.rank() != 2) {
                          Registration made = half.register(data);
                          half.allReduce(data, ReduceOp.SUM);
                          if (rank.rank() == 1) {
                            assertThat(catchThrowable(made::close))
                                .isInstanceOf(ReportedMisuse.class);
                          }
                          rank.processGroup().barrier(Duration.ofMinutes(1));
                          rank.processGroup().barrier(Duration.ofMinutes(1));
                        } else {
                          rank.processGroup().barrier(Duration.ofMinutes(1));
                          assertThat(half.state()).isEqualTo(State.FAILED);
                          half.register(data);
                        }
                      }));
      assertThat(failed.failures().getFirst().rank()).isEqualTo(2);
      assertThat(failed.failures().getFirst().cause())
          .isInstanceOfSatisfying(
              ReportedMisuse.class,
              found -> assertThat(found.kind()).isEqualTo(MisuseKind.BUFFER_FREED));
      assertThat(simulator.findings()).hasSize(1);
      assertThat(failed).hasMessageNotContaining("REMOTE_ERROR");
    }
  }
}
