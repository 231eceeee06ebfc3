package org.jccl.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jccl.sim.Provokes;
import org.jccl.sim.explore.GeneratedProgram.Kind;
import org.jccl.sim.explore.GeneratedProgram.Step;
import org.junit.jupiter.api.Test;

@Provokes(judgedBy = "the shrinker: a report is the outcome of a schedule")
class ShrinkerTest {
  private static final Step SUM = new Step(Kind.ALL_REDUCE, 0, 0, 0);
  private static final Step ASK = new Step(Kind.ASK_STREAM, 0, 0, 0);
  private static final Step SKIP = new Step(Kind.SKIP_IF_YES, 0, 0, 0);
  private static final Step FILL = new Step(Kind.FILL, 1, 1, 0);

  /** Rank 1 leaves a sum away if the one before is done at once. */
  private static final GeneratedProgram FRAGILE =
      new GeneratedProgram(
          2, List.of(List.of(SUM, FILL, SUM), List.of(FILL, SUM, ASK, SKIP, SUM, FILL)));

  private static Explorer explorer(GeneratedProgram program) {
    return Explorer.ofWorlds(program::run).ranks(program.ranks()).varies(Set.of()).threads(1);
  }

  @Test
  void aFailingSchedule_departsFromFifoOnlyWhereItMust() {
    Explorer explorer = explorer(FRAGILE).strategy(Strategy.random()).seed(3);
    ExploredRun as = explorer.shrinks(false).explore().failures().getFirst();
    ExploredRun shrunk = explorer.shrinks(true).explore().failures().getFirst();

    assertThat(shrunk.verdict()).isEqualTo(as.verdict());
    assertThat(shrunk.choices().departures()).isLessThanOrEqualTo(as.choices().departures());
    assertThat(shrunk.choices().departures()).isPositive();
    for (int point = 0; point < shrunk.choices().length(); point++) {
      if (shrunk.choices().at(point) != 0) {
        ExploredRun straight = explorer.runOnce(shrunk.choices().with(point, 0));
        assertThat(straight.verdict()).describedAs("without %d", point).isNotEqualTo(as.verdict());
      }
    }
    assertThat(shrunk.report()).contains("schedule choices " + shrunk.choices());
    assertThat(explorer.replay(shrunk.choices()).verdict()).isEqualTo(as.verdict());
  }

  @Test
  void aProgramThatIsData_losesItsNeedlessCalls() {
    var shrunk =
        new ProgramShrinker<>(ShrinkerTest::withOneCallLess, ShrinkerTest::explorer)
            .shrink(FRAGILE);

    int calls = shrunk.program().calls().stream().mapToInt(List::size).sum();
    assertThat(calls).isLessThanOrEqualTo(3);
    assertThat(shrunk.run().isFailed()).isTrue();
  }

  private static List<GeneratedProgram> withOneCallLess(GeneratedProgram program) {
    List<GeneratedProgram> smaller = new ArrayList<>();
    for (int rank = 0; rank < program.ranks(); rank++) {
      for (int at = 0; at < program.calls().get(rank).size(); at++) {
        List<List<Step>> calls = new ArrayList<>(program.calls());
        List<Step> fewer = new ArrayList<>(calls.get(rank));
        fewer.remove(at);
        calls.set(rank, fewer);
        smaller.add(new GeneratedProgram(program.ranks(), calls));
      }
    }
    return smaller;
  }

  @Test
  void aReplayClass_isShort() {
    ExploredRun run = explorer(FRAGILE).explore().failures().getFirst();
    ReplayClass test =
        new ReplayClass(
            new TestedProgram("com.example.Main", "com.example.Main", List.of("a\"b")),
            2,
            List.of(Variation.CALLS_WAIT),
            false,
            false,
            22907,
            run);

    assertThat(test.name()).isEqualTo("MainReplayTest");
    assertThat(test.source().lines().count()).isLessThanOrEqualTo(40);
    assertThat(test.source())
        .startsWith("package com.example;")
        .contains(".args(List.of(\"a\\\"b\"))", "ChoiceStream.parse(\"" + run.choices() + "\")")
        .contains(".strict(false).ncclVersion(22907))");
  }
}
