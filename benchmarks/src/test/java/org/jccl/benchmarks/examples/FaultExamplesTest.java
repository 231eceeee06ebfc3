package org.jccl.benchmarks.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jccl.sim.rehearsal.FaultClass.HANG;
import static org.jccl.sim.rehearsal.FaultClass.RECOVERED;
import static org.jccl.sim.rehearsal.FaultClass.REPORTED;
import static org.jccl.sim.rehearsal.FaultClass.SILENT_WRONG_DATA;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jccl.RankProgram;
import org.jccl.benchmarks.examples.faults.CarelessTraining;
import org.jccl.benchmarks.examples.faults.GrowingTraining;
import org.jccl.benchmarks.examples.faults.RetriedCreation;
import org.jccl.benchmarks.examples.faults.RevokingTraining;
import org.jccl.benchmarks.examples.faults.ShrinkingTraining;
import org.jccl.benchmarks.examples.faults.StaleTraining;
import org.jccl.sim.Simulator;
import org.jccl.sim.faults.FaultPlan;
import org.jccl.sim.rehearsal.FaultClass;
import org.jccl.sim.rehearsal.FaultOutcome;
import org.jccl.sim.rehearsal.Rehearsal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs for rehearsals: those that recover do so in every schedule. */
class FaultExamplesTest {
  private static final List<Long> SEEDS = LongStream.rangeClosed(1, 6).boxed().toList();
  private static final List<String> KINDS =
      List.of(
          "exception",
          "exit",
          "hang",
          "suspend",
          "suspend 20s",
          "abort",
          "async error",
          "slow 10ms",
          "delay 10ms",
          "lost connection",
          "out of memory");

  private static void expect(
      FaultClass result, Supplier<RankProgram> program, int ranks, String plan) {
    Rehearsal rehearsal = Rehearsal.of(ranks, program::get).seeds(SEEDS);
    assertThat(rehearsal.in(FaultExamplesTest::thatGrows).runAll(FaultPlan.parse(plan)))
        .allSatisfy(
            each -> {
              assertThat(each.result()).as(each.toString()).isEqualTo(result);
              assertThat(each.struck()).isNotEmpty();
            });
  }

  private static Simulator.Builder thatGrows(Simulator.Builder world) {
    return world.ncclVersion(23004);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all_reduce 1", "all_reduce 3", "call 3"})
  void whoShrinksOrRevokes_recovers(String call) {
    for (String kind : KINDS) {
      String plan = "rank 1 at " + call + ": " + kind;
      expect(RECOVERED, ShrinkingTraining::new, 3, plan);
      expect(RECOVERED, RevokingTraining::new, 3, plan);
    }
  }

  @Test
  void whoGrows_replacesTheRankThatIsGone() {
    for (String kind : List.of("exit", "hang", "suspend")) {
      expect(RECOVERED, GrowingTraining::new, 4, "rank 1 at all_reduce 2: " + kind);
      expect(RECOVERED, GrowingTraining::new, 4, "rank 0 at all_reduce 1: " + kind);
    }
    expect(RECOVERED, GrowingTraining::new, 4, "rank 1 at all_reduce 2: slow 10ms");
    expect(REPORTED, GrowingTraining::new, 4, "rank 1 at all_reduce 2: abort");
  }

  @Test
  void whoTriesCreationAgain_recovers() {
    for (String kind : KINDS) {
      expect(RECOVERED, RetriedCreation::new, 3, "rank 1 at init 1: " + kind);
      expect(RECOVERED, RetriedCreation::new, 3, "rank 0 at init 1: " + kind);
    }
  }

  @Test
  void whoHandlesNothing_isReportedOrHangs() {
    expect(REPORTED, CarelessTraining::new, 3, "rank 1 at all_reduce 2: exception");
    expect(REPORTED, CarelessTraining::new, 3, "rank 1 at all_reduce 2: abort");
    expect(HANG, CarelessTraining::new, 3, "rank 1 at all_reduce 2: exit");
    expect(HANG, CarelessTraining::new, 3, "rank 1 at all_reduce 2: hang");
  }

  @Test
  void whoSwallowsErrors_hasSilentlyWrongData() {
    for (String kind : List.of("exit", "hang", "abort", "async error", "out of memory")) {
      expect(SILENT_WRONG_DATA, StaleTraining::new, 3, "rank 1 at all_reduce 2: " + kind);
    }
  }

  @Test
  void withoutAFault_allAreRight() {
    for (Supplier<RankProgram> each :
        List.<Supplier<RankProgram>>of(
            ShrinkingTraining::new,
            RevokingTraining::new,
            GrowingTraining::new,
            RetriedCreation::new,
            CarelessTraining::new,
            StaleTraining::new)) {
      for (FaultOutcome outcome :
          Rehearsal.of(4, each::get)
              .in(FaultExamplesTest::thatGrows)
              .seeds(SEEDS)
              .runAll(FaultPlan.none())) {
        assertThat(outcome.result()).as(outcome.toString()).isEqualTo(RECOVERED);
        assertThat(outcome.summary()).isEqualTo("finished");
      }
    }
  }
}
