package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.jccl.ShrinkMode;
import org.jccl.sim.faults.FaultKind;
import org.jccl.sim.faults.InjectedFaultException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Tests in which something breaks. */
class FaultsTest {
  private static final String PLAN = "rank 1 at all_reduce 2: exit";

  private static String message(String method) {
    return String.valueOf(Executed.failure(Samples.class, method).getMessage());
  }

  private static List<String> nodes(EngineExecutionResults results) {
    return results.testEvents().finished().list().stream()
        .map(event -> event.getTestDescriptor().getDisplayName())
        .toList();
  }

  @Test
  void whatFollows_namesItsFirstCause_andTheReplayHasThePlan() {
    assertThat(message("waits"))
        .startsWith("waits failed with ranks=3 fifo faults=" + PLAN + "\nMISSING_RANK")
        .containsOnlyOnce("first cause: fault '" + PLAN + "' struck all_reduce 2\n")
        .contains("FaultsTest.java:")
        .contains("replay: @RankTest(replay = \"ranks=3 fifo faults=" + PLAN + "\")\n")
        .contains("\"-Djccl.replay=ranks=3 fifo faults=" + PLAN + "\"\n")
        .endsWith("waits/ranks=3_fifo_faults=rank_1_at_all_reduce_2_exit");
  }

  @Test
  void eachPlan_isANode() {
    EngineExecutionResults results = Executed.run(Samples.class, "plans");

    assertThat(nodes(results))
        .containsExactly(
            "[ranks=3 fifo faults=rank 1 at call 3: exception]",
            "[ranks=3 fifo faults=rank 0 at allocate 1: out of memory]",
            "[ranks=3 fifo faults=rank 2 at call 4: slow 5ms; rank 0 at call 2: delay 5ms]");
    assertThat(results.testEvents().failed().list())
        .extracting(event -> Executed.thrown(event).getMessage().lines().toList().get(1))
        .containsExactly(
            "first cause: fault 'rank 1 at call 3: exception' struck synchronize 1",
            "first cause: fault 'rank 0 at allocate 1: out of memory' struck allocate 1");
  }

  @Test
  void aProgramThatGoesOn_passes_inEverySchedule() {
    for (String method : List.of("shrinks", "shrinksInAll")) {
      EngineExecutionResults results = Executed.run(Samples.class, method);
      assertThat(results.testEvents().failed().list()).describedAs(method).isEmpty();
      assertThat(results.testEvents().succeeded().count()).describedAs(method).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "comesNotSoFar | has not struck: rank 1 made 1 all_reduce call",
        "hasNoSuchRank | has not struck: rank 7 made no calls",
        "goesOnWithOldData | silent wrong data: ",
        "swallowsIt | MISSING_RANK",
      })
  void fails(String method, String says) {
    assertThat(message(method)).contains(says, "faults=");
  }

  @Test
  void whatDoesNotStrike_canBeAllowed() {
    assertThat(Executed.run(Samples.class, "comesNotSoFarOnPurpose").testEvents().failed().list())
        .isEmpty();
  }

  @Test
  void theProperty_takesThePlaceOfThePlans() {
    EngineExecutionResults results =
        Executed.run(
            Samples.class,
            "plans",
            Map.of(RankTestExtension.FAULTS, "rank 0 at free 1: exception"));

    assertThat(nodes(results)).containsExactly("[ranks=3 fifo faults=rank 0 at free 1: exception]");
    assertThat(results.testEvents().failed().count()).isEqualTo(1);
  }

  @Test
  void aReplay_runsItsPlanAlone_andAllPlansIfItHasNone() {
    String one = "ranks=2 seed=4 faults=rank 1 at free 1: exception";

    assertThat(nodes(replayed("plans", one))).containsExactly("[replay " + one + "]");
    assertThat(nodes(replayed("plans", "ranks=2 seed=4"))).hasSize(3);
  }

  @Test
  void everyCall_isANodeForEachKind_andEndsAtTheFirstFailure() {
    EngineExecutionResults results = Executed.run(Samples.class, "everywhere");

    assertThat(nodes(results))
        .containsExactly(
            "[ranks=3 seeds=1..2]",
            "[ranks=3 slow at every call]",
            "[ranks=3 exception at every call]");
    assertThat(results.testEvents().failed().list())
        .singleElement()
        .extracting(event -> Executed.thrown(event).getMessage())
        .asString()
        .startsWith("everywhere failed with ranks=3 fifo faults=rank 0 at call 1: exception\n")
        .contains(
            "replay: @RankTest(replay = \"ranks=3 fifo faults=rank 0 at call 1: exception\")");
    assertThat(entries(results)).containsExactly("ranks=3 slow, 24 calls in 3 schedules");
  }

  private static List<String> entries(EngineExecutionResults results) {
    return results.allEvents().reportingEntryPublished().list().stream()
        .map(event -> event.getPayload(ReportEntry.class).orElseThrow())
        .flatMap(entry -> entry.getKeyValuePairs().values().stream())
        .toList();
  }

  @Test
  void everyCall_passesWhereATestHandlesIt_andReplaysOneFault() {
    assertThat(Executed.run(Samples.class, "handlesAll").testEvents().failed().list()).isEmpty();
    String one = "ranks=3 fifo faults=rank 2 at all_reduce 1: exit";
    assertThat(nodes(replayed("everywhere", one))).containsExactly("[replay " + one + "]");
  }

  private static EngineExecutionResults replayed(String method, String schedule) {
    return Executed.run(Samples.class, method, Map.of(RankTestExtension.REPLAY, schedule));
  }

  @Test
  void nestedClasses_haveThoseOfTheClassesAroundThem() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .selectors(DiscoverySelectors.selectClass(OfAClass.class))
            .execute();

    assertThat(nodes(results))
        .contains("[ranks=3 fifo faults=" + PLAN + "]")
        .contains("[ranks=3 fifo faults=rank 0 at free 1: exception]");
  }

  @Test
  void aProperty_hasThem() {
    EngineExecutionResults results =
        EngineTestKit.engine("jqwik")
            .selectors(
                DiscoverySelectors.selectMethod(
                    Samples.class, "ofAProperty", "org.jccl.test.Schedule,org.jccl.Communicator"))
            .execute();

    assertThat(Executed.failure(results))
        .hasMessageContaining("first cause: fault 'rank 0 at allocate 1: out of memory'");
  }

  private static void reduce(Communicator comm, int times) {
    try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
      buffer.copyFrom(new float[4]);
      for (int i = 0; i < times; i++) {
        comm.allReduce(buffer, ReduceOp.SUM);
      }
      comm.defaultStream().synchronize();
    }
  }

  /** Tests that are run by the tests above. */
  static class Samples {
    @RankTest(ranks = 3)
    @Faults(PLAN)
    void waits(Communicator comm) {
      reduce(comm, 3);
    }

    @RankTest(ranks = 3, seeds = 0, strict = Strictness.OFF)
    @Faults({
      "rank 1 at call 3: exception",
      "rank 0 at allocate 1: out of memory",
      "rank 2 at call 4: slow 5ms; rank 0 at call 2: delay 5ms"
    })
    void plans(Communicator comm) {
      reduce(comm, 3);
    }

    @RankTest(ranks = 3, seeds = 2, strict = Strictness.OFF)
    @Faults(everyCall = {FaultKind.SLOW, FaultKind.EXCEPTION})
    void everywhere(Communicator comm) {
      reduce(comm, 3);
    }

    /** Whoever fails aborts, and so does whoever waits for too long. */
    @RankTest(ranks = 3, seeds = 2, strict = Strictness.OFF)
    @Faults(everyCall = {FaultKind.EXCEPTION, FaultKind.OUT_OF_MEMORY, FaultKind.DELAY})
    @Allow({Remains.FINDING, Remains.LEAK}) // a buffer whose closing fails stays open
    void handlesAll(Communicator comm) throws Exception {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
        try {
          buffer.fill((byte) 0, comm.defaultStream());
          comm.allReduce(buffer, ReduceOp.SUM);
          comm.defaultStream().completion().get(1, TimeUnit.SECONDS);
        } catch (CollectiveException | InjectedFaultException | TimeoutException gaveUp) {
          comm.abort(); // before the buffer goes, which work in flight may use
        }
      } catch (CollectiveException | InjectedFaultException gaveUp) {
        comm.abort();
      }
    }

    @RankTest(ranks = 3, seeds = 5, ncclVersion = 23004, strict = Strictness.OFF)
    @Faults(PLAN)
    void shrinks(Rank rank, Communicator comm) throws Exception {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
        buffer.copyFrom(new float[4]);
        try {
          for (int step = 0; step < 2; step++) {
            comm.allReduce(buffer, ReduceOp.SUM);
            comm.defaultStream().completion().get(1, TimeUnit.SECONDS);
          }
          fail("a rank is gone, and nobody has noticed");
        } catch (TimeoutException late) {
          try (Communicator left = comm.shrink(Set.of(1), ShrinkMode.ABORT)) {
            reduce(left, 2);
          }
          comm.abort();
        }
      }
    }

    @RankTest(
        ranks = 3,
        schedules = "pos",
        seeds = 20,
        ncclVersion = 23004,
        strict = Strictness.OFF)
    @Faults(PLAN)
    void shrinksInAll(Rank rank, Communicator comm) throws Exception {
      shrinks(rank, comm);
    }

    @RankTest(ranks = 3)
    @Faults(PLAN)
    void comesNotSoFar(Communicator comm) {
      reduce(comm, 1);
    }

    @RankTest(ranks = 3)
    @Faults(PLAN)
    @Allow(Remains.FAULT)
    void comesNotSoFarOnPurpose(Communicator comm) {
      reduce(comm, 1);
    }

    @RankTest(ranks = 2)
    @Faults("rank 7 at call 1: exit")
    void hasNoSuchRank(Communicator comm) {
      reduce(comm, 1);
    }

    @RankTest(ranks = 3, seeds = 0)
    @Faults("rank 1 at copy 2: exception")
    void goesOnWithOldData(Communicator comm) {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4)) {
        buffer.copyFrom(new float[4]);
        comm.allReduce(buffer, ReduceOp.SUM);
        comm.defaultStream().synchronize();
        try {
          buffer.copyTo(new float[4]);
        } catch (InjectedFaultException swallowed) {
          // As a program that uses what the array had before.
        }
      }
    }

    @RankTest(ranks = 3, seeds = 0)
    @Faults(PLAN)
    void swallowsIt(Communicator comm) {
      try {
        reduce(comm, 3);
      } catch (CollectiveException swallowed) {
        comm.abort();
      }
    }

    @Property(tries = 10)
    @RankProperty
    @Faults("rank 0 at allocate 1: out of memory")
    void ofAProperty(@ForAll Schedule schedule, Communicator comm) {
      reduce(comm, 1);
    }
  }

  /** Tests that are run by the tests above. */
  @Faults(PLAN)
  static class OfAClass {
    @Nested
    class Inner {
      @RankTest(ranks = 3, seeds = 0)
      void waits(Communicator comm) {
        reduce(comm, 3);
      }

      @RankTest(ranks = 3, seeds = 0)
      @Faults("rank 0 at free 1: exception")
      void hasItsOwn(Communicator comm) {
        reduce(comm, 3);
      }
    }
  }
}
