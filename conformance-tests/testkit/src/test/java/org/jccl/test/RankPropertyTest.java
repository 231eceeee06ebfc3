package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.ReduceOp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Properties that all ranks run, and what they shrink to. */
class RankPropertyTest {
  private static final List<Falsified> FALSIFIED = Collections.synchronizedList(new ArrayList<>());

  /** The rank that came first in each try. */
  private static final Map<Schedule, Integer> FIRST = new ConcurrentHashMap<>();

  private record Falsified(String schedule, int ranks, List<Integer> counts) {}

  private static EngineExecutionResults run(String method) {
    return EngineTestKit.engine("jqwik")
        .selectors(
            selectMethod(
                Samples.class,
                Arrays.stream(Samples.class.getDeclaredMethods())
                    .filter(each -> each.getName().equals(method))
                    .findFirst()
                    .orElseThrow()))
        .execute();
  }

  @BeforeEach
  void forget() {
    FALSIFIED.clear();
  }

  @Test
  void aPropertyThatHolds_isGreen_onAllNumbersOfRanks() {
    assertThat(run("sums").testEvents().succeeded().count()).isEqualTo(1);
  }

  @Test
  void ranksSizesCallsAndSchedule_shrinkTogether() {
    EngineExecutionResults results = run("oneRankReducesLess");

    assertThat(Executed.failure(results)).hasMessageContaining("MISMATCH(count)");
    Falsified least = FALSIFIED.getLast();
    assertThat(least.ranks()).isEqualTo(2);
    assertThat(least.counts()).containsExactly(2);
    assertThat(least.schedule()).isEqualTo("ranks=2 choices=fifo");
  }

  @Test
  void aScheduleOnWhichItDepends_isKept_withFewerChoices() {
    EngineExecutionResults results = run("countsOnItsTurn");

    assertThat(Executed.failure(results)).hasMessageContaining("rank 1: AssertionFailedError");
    assertThat(FALSIFIED.getLast().schedule())
        .startsWith("ranks=2 choices=")
        .doesNotContain("fifo")
        .hasSizeLessThan(FALSIFIED.getFirst().schedule().length());
  }

  @Test
  void aTryThatDoesNotApply_isNoFailure() {
    assertThat(run("assumes").testEvents().succeeded().count()).isEqualTo(1);
  }

  @Test
  void whatIsLeftOpen_falsifies() {
    assertThat(Executed.failure(run("leaks"))).hasMessageContaining("left open:");
  }

  /** Properties that are run by the tests above. */
  static class Samples {
    private static void reduce(Communicator comm, int count) {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, count)) {
        float[] values = new float[count];
        Arrays.fill(values, 1);
        buffer.copyFrom(values);
        comm.allReduce(buffer, ReduceOp.SUM);
        comm.defaultStream().synchronize();
        buffer.copyTo(values);
        assertThat(values).containsOnly(comm.worldSize());
      }
    }

    @Property(tries = 20)
    @RankProperty
    void sums(
        @ForAll Schedule schedule,
        @ForAll @Size(max = 4) List<@IntRange(min = 1, max = 9) Integer> counts,
        Communicator comm) {
      counts.forEach(count -> reduce(comm, count));
    }

    @Property(tries = 50, seed = "7")
    @RankProperty
    void oneRankReducesLess(
        @ForAll Schedule schedule,
        @ForAll @Size(max = 4) List<@IntRange(min = 1, max = 9) Integer> counts,
        Communicator comm) {
      if (comm.rank() == 1 && counts.stream().anyMatch(count -> count > 1)) {
        FALSIFIED.add(new Falsified(schedule.toString(), schedule.ranks(), counts));
      }
      counts.forEach(count -> reduce(comm, comm.rank() == 1 && count > 1 ? count - 1 : count));
    }

    @Property(tries = 1000, seed = "7")
    @RankProperty
    void countsOnItsTurn(@ForAll Schedule schedule, Rank rank, Communicator comm) {
      reduce(comm, 1);
      int first = FIRST.computeIfAbsent(schedule, none -> rank.rank());
      // First in, first out it is rank 0's turn.
      if (rank.rank() == 1 && first == 1) {
        FALSIFIED.add(new Falsified(schedule.toString(), schedule.ranks(), List.of()));
        assertEquals(0, first);
      }
    }

    @Property(tries = 10)
    @RankProperty
    void assumes(@ForAll Schedule schedule, Rank rank) {
      Assume.that(rank.worldSize() < 3);
    }

    @Property(tries = 10)
    @RankProperty
    void leaks(@ForAll Schedule schedule, Communicator comm) {
      comm.device().allocate(DataType.FLOAT32, 1);
    }
  }
}
