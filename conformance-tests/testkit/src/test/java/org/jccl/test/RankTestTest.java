package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.AssertionFailedError;

/** What a {@link RankTest} runs, and what it says when it fails. */
class RankTestTest {
  private static final AtomicInteger RUNS = new AtomicInteger();

  private static EngineExecutionResults run(String method) {
    return Executed.run(Samples.class, method);
  }

  private static Throwable failure(String method) {
    return Executed.failure(Samples.class, method);
  }

  @Test
  void aNode_runsFirstInFirstOut_andSeeds_inBothModes_onEachRank() {
    RUNS.set(0);

    EngineExecutionResults results = run("sums");

    assertThat(results.testEvents().succeeded().count()).isEqualTo(2);
    assertThat(results.testEvents().finished().list())
        .extracting(event -> event.getTestDescriptor().getDisplayName())
        .containsExactly("[ranks=2 seeds=1..3]", "[ranks=3 seeds=1..3]");
    assertThat(RUNS).hasValue((2 + 3) * 4 * 2);
  }

  @Test
  void aDifference_isAFailureWithItsDiff_andNamesRankLineAndReplay() {
    Throwable failure = failure("differs");

    assertThat(failure)
        .isInstanceOfSatisfying(
            AssertionFailedError.class,
            diff -> {
              assertThat(diff.getExpected().getValue()).isEqualTo(4);
              assertThat(diff.getActual().getValue()).isEqualTo(3);
            });
    assertThat(failure.getMessage())
        .startsWith("differs failed with ranks=2 fifo\nrank 1: AssertionFailedError: expected: <4>")
        .contains("RankTestTest.java:", "replay: @RankTest(replay = \"ranks=2 fifo\")")
        .contains("'-Dtest=RankTestTest$Samples#differs'", "\"-Djccl.replay=ranks=2 fifo\"")
        .doesNotContain("at org.jccl.sim", "at java.base");
    assertThat(failure.getStackTrace())
        .isNotEmpty()
        .allMatch(frame -> frame.getClassName().startsWith(RankTestTest.class.getName()));
  }

  @Test
  void aMisuse_isToldFirst() {
    assertThat(failure("mismatches").getMessage())
        .contains("with ranks=3 fifo\nMISMATCH")
        .contains("RankTestTest.java:");
  }

  @Test
  void aSeed_thatFailsAlone_isToldAndRepeated() {
    String message = failure("failsStrictWithSeedTwo").getMessage();

    assertThat(message)
        .contains("with ranks=2 seed=2 strict", "replay = \"ranks=2 seed=2 strict\"");
  }

  @Test
  void manySeeds_areSeveralNodes_eachOfWhichRunsAloneByItsId() {
    List<String> ids =
        run("manySeeds").testEvents().finished().list().stream()
            .map(event -> event.getTestDescriptor().getUniqueId().toString())
            .toList();
    EngineExecutionResults again =
        EngineTestKit.engine("junit-jupiter").selectors(selectUniqueId(ids.get(1))).execute();

    assertThat(ids).hasSize(3);
    assertThat(again.testEvents().finished().list())
        .extracting(event -> event.getTestDescriptor().getDisplayName())
        .containsExactly("[ranks=1 seeds=51..100]");
  }

  @Test
  void aReplay_runsItsScheduleAlone() {
    RUNS.set(0);

    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .configurationParameter(RankTestExtension.REPLAY, "ranks=3 seed=7 strict")
            .selectors(selectMethod(Samples.class, "sums", "org.jccl.Rank,org.jccl.Communicator"))
            .execute();

    assertThat(results.testEvents().succeeded().count()).isEqualTo(1);
    assertThat(RUNS).hasValue(3);
  }

  @Test
  void anAbortedAssumption_isASkip() {
    assertThat(run("assumes").testEvents().aborted().count()).isEqualTo(1);
  }

  @Test
  void aScheduleThatIsSkipped_hidesNoOther() {
    assertThat(failure("skipsOneAndFailsInAnother")).hasMessageContaining("with ranks=2 seed=2");
    assertThat(run("skipsOne").testEvents().succeeded().count()).isEqualTo(1);
    assertThat(run("skipsOne").allEvents().reportingEntryPublished().count()).isEqualTo(1);
    assertThat(run("skipsAllOfASearch").testEvents().aborted().count()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "noRanks | ranks = {}",
        "zeroRanks | ranks = 0), expected 1 or more",
        "negativeSeeds | seeds = -3), expected 0 or more",
        "noTime | timeoutSeconds = 0), expected 1 or more",
      })
  void whatMakesNoSense_isRefused(String method, String says) {
    assertThat(
            Executed.thrown(run(method).containerEvents().failed().list().getFirst()).getMessage())
        .contains("@RankTest(" + says);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofValues", "repeated"})
  void anotherKindOfTest_onTheSameMethod_isRefused(String method) {
    assertThat(
            Executed.thrown(run(method).containerEvents().failed().list().getFirst()).getMessage())
        .contains("@RankTest and @", " on " + method, "@ParameterizedClass");
  }

  @ParameterizedTest
  @ValueSource(classes = {RankTestTest.Values.class, RankTestTest.ValuesOfAConstructor.class})
  void aParameterizedClass_givesItsValues(Class<?> samples) {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .selectors(DiscoverySelectors.selectClass(samples))
            .execute();

    assertThat(results.testEvents().succeeded().count()).isEqualTo(2);
    assertThat(Executed.failure(results)).hasMessageContaining("rank 1: IllegalState");
  }

  @Test
  void aSeed_isALong() {
    assertThat(failure("seedOfAnotherType")).hasMessage("@Seed int seed, expected a long");
    assertThat(run("boxedSeed").testEvents().succeeded().count()).isEqualTo(1);
  }

  @Test
  void aRank_isGivenToTheTestAlone() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .selectors(DiscoverySelectors.selectClass(WantsARankBefore.class))
            .execute();

    assertThat(Executed.failure(results))
        .hasMessageContaining("gives a Rank to the test method alone");
  }

  @Test
  void whatGoesOnForEver_isEnded() {
    assertThat(failure("callsForEver"))
        .hasMessageContaining("the schedule has not ended after 1 second")
        .hasMessageContaining("RankTestTest.java:");
  }

  /** A test that is run by one above. */
  static class WantsARankBefore {
    @BeforeEach
    void before(Rank rank) {
      throw new IllegalStateException(rank + " is known here");
    }

    @RankTest
    void never(Rank rank) {}
  }

  @Test
  void parameters_areFoundByType_besideThoseOfOthers() {
    assertThat(run("parameters").testEvents().failed().list()).isEmpty();
  }

  @Test
  void aTestWithoutRank_startsRanksItself() {
    assertThat(run("startsRanksItself").testEvents().failed().list()).isEmpty();
  }

  @ParameterizedClass
  @ValueSource(ints = {1, 3, 5})
  static class Values {
    @Parameter int value;

    @RankTest(seeds = 0, strict = Strictness.OFF)
    void isSmall(Rank rank) {
      if (rank.rank() == 1 && value > 4) {
        throw new IllegalStateException("value " + value);
      }
    }
  }

  @ParameterizedClass
  @ValueSource(ints = {1, 3, 5})
  static class ValuesOfAConstructor {
    private final int value;

    ValuesOfAConstructor(int value) {
      this.value = value;
    }

    @RankTest(seeds = 0, strict = Strictness.OFF)
    void isSmall(Rank rank) {
      if (rank.rank() == 1 && value > 4) {
        throw new IllegalStateException("value " + value);
      }
    }
  }

  /** Tests that are run by the tests above. */
  static class Samples {
    @RankTest
    @ParameterizedTest
    @ValueSource(ints = 1)
    void ofValues(int value, Rank rank) {}

    @RankTest
    @RepeatedTest(2)
    void repeated() {}

    @RankTest
    void seedOfAnotherType(Rank rank, @Seed int seed) {}

    @RankTest(seeds = 1)
    void boxedSeed(Rank rank, @Seed Long seed) {
      assertTrue(seed == 0 || seed == 1);
    }

    @RankTest(seeds = 3)
    void skipsOneAndFailsInAnother(Rank rank, @Seed long seed) {
      assumeTrue(seed != 0);
      assertNotEquals(2, seed);
    }

    @RankTest(seeds = 3)
    void skipsOne(Rank rank, @Seed long seed) {
      assumeTrue(seed != 0);
    }

    @RankTest(schedules = "exhaustive")
    void skipsAllOfASearch(Rank rank) {
      sum(rank);
      assumeTrue(rank.rank() > 9);
    }

    @RankTest(ranks = {})
    void noRanks(Rank rank) {}

    @RankTest(ranks = 0)
    void zeroRanks(Rank rank) {}

    @RankTest(seeds = -3)
    void negativeSeeds(Rank rank) {}

    @RankTest(timeoutSeconds = 0)
    void noTime(Rank rank) {}

    @RankTest(seeds = 0, strict = Strictness.OFF, timeoutSeconds = 1)
    void callsForEver(Rank rank, Stream stream) {
      while (rank.worldSize() > 1) {
        stream.isIdle();
      }
    }

    private static int sum(Rank rank) {
      try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
        buffer.copyFrom(new int[] {rank.rank() + 1});
        Communicator comm = rank.communicator();
        comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
        comm.defaultStream().synchronize();
        int[] values = new int[1];
        buffer.copyTo(values);
        return values[0];
      }
    }

    @RankTest(
        ranks = {2, 3},
        seeds = 3)
    void sums(Rank rank, Communicator comm) {
      RUNS.incrementAndGet();
      assertEquals(comm.worldSize() * (comm.worldSize() + 1) / 2, sum(rank));
    }

    @RankTest
    void differs(Rank rank) {
      int sum = sum(rank);
      if (rank.rank() == 1) {
        assertEquals(4, sum);
      }
    }

    @RankTest(ranks = 3)
    void mismatches(Rank rank, Communicator comm, Device device) {
      int count = rank.rank() == 2 ? 3 : 4;
      try (DeviceBuffer buffer = device.allocate(DataType.FLOAT32, count)) {
        buffer.copyFrom(new float[count]);
        comm.allReduce(buffer, buffer, ReduceOp.SUM, comm.defaultStream());
        comm.defaultStream().synchronize();
      }
    }

    @RankTest
    void failsStrictWithSeedTwo(World world, @Seed long seed) {
      if (world.schedule().endsWith("strict") && seed == 2) {
        throw new IllegalStateException("as planned");
      }
    }

    @RankTest(ranks = 1, seeds = 120, strict = Strictness.OFF)
    void manySeeds(Rank rank) {}

    @RankTest
    void assumes(Rank rank) {
      assumeTrue(rank.worldSize() > 2);
    }

    @RankTest
    void parameters(
        TestInfo info, Stream stream, Simulator simulator, World world, @Seed long seed) {
      assertEquals("parameters", info.getTestMethod().orElseThrow().getName());
      assertEquals(simulator, world.simulator().orElseThrow());
      assertEquals(0, stream.device().index() / 2);
      assertEquals(seed == 0, world.schedule().contains("fifo"));
    }

    @RankTest(ranks = 3)
    void startsRanksItself(World world) {
      assertEquals(3, world.ranks());
      world.run(rank -> assertEquals(6, sum(rank)));
    }
  }
}
