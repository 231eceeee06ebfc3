package org.jccl.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.sim.Provokes;
import org.jccl.sim.kernel.HostTask;
import org.junit.jupiter.api.Test;

@Provokes(judgedBy = "the explorer: a report is the outcome of a schedule")
class ExplorerTest {
  private static final RankProgram SUM =
      rank -> {
        try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
          rank.communicator().allReduce(buffer, ReduceOp.SUM);
          rank.communicator().defaultStream().synchronize();
        }
      };

  /** Rank 1 sends only if a poll has told no before. */
  private static final RankProgram FRAGILE =
      rank -> {
        try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 1)) {
          rank.communicator().allReduce(buffer, ReduceOp.SUM);
          if (rank.rank() == 0 || rank.communicator().defaultStream().isIdle()) {
            rank.communicator().broadcast(buffer, 0);
          }
          rank.communicator().defaultStream().synchronize();
        }
      };

  @Test
  void fifo_isOneSchedule() {
    Exploration found = Explorer.of(SUM).strategy(Strategy.fifo()).varies(Set.of()).explore();

    assertThat(found.summary()).isEqualTo("complete: 1 schedule, 0 failures");
  }

  @Test
  void allSchedules_areRunWhereTheyAreFew() {
    Exploration found =
        Explorer.of(SUM).ranks(1).strategy(Strategy.bruteForce()).varies(Set.of()).explore();

    assertThat(found.complete()).isTrue();
    assertThat(found.schedules()).isEqualTo(found.runs()).isGreaterThan(1);
  }

  @Test
  void whatIsNotAll_saysSo() {
    Exploration found = Explorer.of(SUM).strategy(Strategy.bruteForce()).schedules(10).explore();

    assertThat(found.summary())
        .isEqualTo("not complete: 10 schedules, without reduction, 0 failures");
  }

  @Test
  void aFailure_isReplayedByItsChoices() {
    Explorer explorer = Explorer.of(FRAGILE).strategy(Strategy.random()).varies(Set.of());
    Exploration found = explorer.explore();

    assertThat(found.failures()).hasSize(1);
    ExploredRun failure = found.failures().getFirst();
    ExploredRun again = explorer.replay(failure.choices());
    assertThat(again.verdict()).isEqualTo(failure.verdict());
    assertThat(again.choices()).isEqualTo(failure.choices());
  }

  @Test
  void theSameSearchFindsTheSame_howeverManyThreadsThereAre() {
    for (Strategy strategy : List.of(Strategy.random(), Strategy.exhaustive())) {
      Set<String> found = new HashSet<>();
      for (int threads : new int[] {1, 2, 3, 8, 1}) {
        Exploration all =
            Explorer.of(FRAGILE).ranks(3).strategy(strategy).threads(threads).explore();
        found.add(all.summary() + " " + all.failures().getFirst().choices());
      }
      assertThat(found).as(strategy.toString()).hasSize(1);
    }
  }

  @Test
  void whichRankClosesFirst_isAChoice() {
    int[] closings = new int[1];
    Guide last =
        (point, candidates, log) -> {
          boolean closes = candidates.getFirst() instanceof HostTask task && task.isProgramOver();
          closings[0] += closes && candidates.getLast() instanceof HostTask ? 1 : 0;
          return candidates.size() - 1;
        };
    Explorer.ofWorlds(
            world -> {
              Ranks.run(
                  world.backend(),
                  2,
                  rank -> {
                    world.explored(SUM).run(rank);
                    rank.processGroup().barrier(Duration.ofMinutes(1));
                  });
              return "";
            })
        .run(new Course(last, 2, false));

    assertThat(closings[0]).isPositive();
  }

  @Test
  void choicesOfAnotherProgram_areRefused() {
    assertThatThrownBy(() -> Explorer.of(SUM).replay(ChoiceStream.of(0, 7, 7, 7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not those of this program");
  }
}
