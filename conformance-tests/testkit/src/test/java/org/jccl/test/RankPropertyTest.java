package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
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

  private static final List<HandedOver> HANDED_OVER =
      Collections.synchronizedList(new ArrayList<>());

  /** Smaller broadcasts are right. */
  private static final int LEAST_COUNT = 17;

  private record HandedOver(Schedule schedule, List<Step> steps) {}

  enum Kind {
    REDUCE,
    ALL_REDUCE,
    BROADCAST
  }

  record Step(Kind kind, int count) {}

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

  private static final Map<Boolean, Boolean> APPLIED = new ConcurrentHashMap<>();

  @BeforeEach
  void forget() {
    APPLIED.clear();
    FALSIFIED.clear();
    HANDED_OVER.clear();
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

  /**
   * It needs three ranks, a size, two calls in their order, and a rank that comes before its turn.
   */
  @Test
  void whatNeedsRanksSizeCallsAndSchedule_shrinksInAllFour() {
    EngineExecutionResults results = run("handsOver");

    assertThat(Executed.failure(results)).hasMessageContaining("MISMATCH(count)");
    HandedOver first = HANDED_OVER.getFirst();
    HandedOver least = HANDED_OVER.getLast();
    assertThat(least.schedule().ranks()).isEqualTo(3);
    assertThat(least.steps())
        .containsExactly(new Step(Kind.ALL_REDUCE, 1), new Step(Kind.BROADCAST, LEAST_COUNT));
    assertThat(departures(least.schedule())).isEqualTo(1).isLessThan(departures(first.schedule()));
    assertThat(first.steps().size()).isGreaterThan(2);
  }

  private static int departures(Schedule schedule) {
    return Objects.requireNonNull(schedule.choices()).departures();
  }

  @Test
  void aTryThatDoesNotApply_isNoFailure() {
    assertThat(run("assumes").testEvents().succeeded().count()).isEqualTo(1);
    assertThat(APPLIED).as("some try applied, and some did not").hasSize(2);
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

    @Provide
    Arbitrary<List<Step>> steps() {
      return Combinators.combine(
              Arbitraries.of(Kind.values()), Arbitraries.integers().between(1, 50))
          .as(Step::new)
          .list()
          .ofMaxSize(6);
    }

    /**
     * Rank 2 broadcasts one element less than the others if it has begun before them, behind an
     * all-reduce, where there is much to broadcast.
     */
    @Property(tries = 5000, seed = "7")
    @RankProperty(mostRanks = 5)
    void handsOver(
        @ForAll Schedule schedule, @ForAll("steps") List<Step> steps, Communicator comm) {
      int first = FIRST.computeIfAbsent(schedule, none -> comm.rank());
      Kind before = Kind.REDUCE;
      for (Step step : steps) {
        boolean isWrong =
            comm.rank() == 2
                && first == 2
                && before == Kind.ALL_REDUCE
                && step.kind() == Kind.BROADCAST
                && step.count() >= LEAST_COUNT;
        if (isWrong) {
          HANDED_OVER.add(new HandedOver(schedule, steps));
        }
        make(step.kind(), isWrong ? step.count() - 1 : step.count(), comm);
        before = step.kind();
      }
    }

    private static void make(Kind kind, int count, Communicator comm) {
      try (DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, count)) {
        buffer.copyFrom(new float[count]);
        switch (kind) {
          case REDUCE -> comm.reduce(buffer, buffer, ReduceOp.SUM, 0);
          case ALL_REDUCE -> comm.allReduce(buffer, ReduceOp.SUM);
          case BROADCAST -> comm.broadcast(buffer, 0);
        }
        comm.defaultStream().synchronize();
      }
    }

    /** So many that some apply and some do not: jqwik fails a property of which too few do. */
    @Property(tries = 100)
    @RankProperty
    void assumes(@ForAll Schedule schedule, Rank rank) {
      boolean applies = rank.worldSize() > 2;
      APPLIED.put(applies, true);
      Assume.that(applies);
    }

    @Property(tries = 10)
    @RankProperty
    void leaks(@ForAll Schedule schedule, Communicator comm) {
      comm.device().allocate(DataType.FLOAT32, 1);
    }
  }
}
