package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.Test;

/** What several processes say of one test becomes one result. */
class CrewResultsTest {
  private static final long LONG = TimeUnit.MINUTES.toNanos(10);

  private final List<RuleResult> told = new ArrayList<>();
  private final CrewResults two = new CrewResults(2, LONG, told::add);

  private static RuleResult result(String method, Outcome outcome, String words) {
    return new RuleResult(method, outcome, 1, words);
  }

  @Test
  void testHolds_whenItHoldsInAllProcesses_whoeverIsAhead() {
    two.started(0, "a");
    two.ended(0, result("a", Outcome.HELD, ""));
    two.started(0, "b");
    two.started(1, "a");
    assertThat(told).isEmpty();

    two.ended(1, result("a", Outcome.HELD, ""));

    assertThat(told).containsExactly(result("a", Outcome.HELD, ""));
    assertThat(two.isOver()).isFalse();
  }

  @Test
  void allSkipIt_forOneReason_whichIsToldOnce() {
    two.ended(0, result("a", Outcome.SKIPPED, "needs 3 ranks"));
    two.ended(1, result("a", Outcome.SKIPPED, "needs 3 ranks"));

    assertThat(told).containsExactly(result("a", Outcome.SKIPPED, "needs 3 ranks"));
  }

  @Test
  void oneFails_allOthersHaveAWhileForTheirs_andEachProcessIsNamed() {
    two.started(0, "a");
    two.started(1, "a");
    two.ended(1, result("a", Outcome.BROKEN, "wrong sum"));
    assertThat(two.isOver()).isFalse();
    assertThat(two.left()).isLessThan(TimeUnit.SECONDS.toNanos(6));

    two.ended(0, result("a", Outcome.HELD, ""));

    assertThat(told).containsExactly(result("a", Outcome.BROKEN, "process 1: wrong sum"));
    assertThat(two.isOver()).isTrue();
  }

  @Test
  void oneDies_andTheOtherWaitsForIt() {
    two.started(0, "a");
    two.started(1, "a");
    two.lost(1, "its process died with exit code 139");

    two.late("it hung");

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().outcome()).isEqualTo(Outcome.BROKEN);
    assertThat(told.getFirst().words())
        .contains("process 1: its process died with exit code 139")
        .contains("process 0: was still at it when another rank had failed");
    assertThat(two.isOver()).isTrue();
  }

  @Test
  void oneHangs_andTheOtherHasLongEnded() {
    two.started(0, "a");
    two.ended(0, result("a", Outcome.HELD, ""));
    two.started(0, "b");
    two.started(1, "a");

    two.late("it hung");

    assertThat(told).extracting(RuleResult::method).containsExactly("a");
    assertThat(told.getFirst().words()).isEqualTo("process 1: it hung");
  }

  @Test
  void oneProcessAlone_isToldAsItIs() {
    CrewResults one = new CrewResults(1, LONG, told::add);
    one.started(0, "a");
    one.ended(0, result("a", Outcome.BROKEN, "wrong"));
    assertThat(one.isOver()).isFalse();
    one.started(0, "b");

    one.lost(0, "its process died");

    assertThat(told).extracting(RuleResult::words).containsExactly("wrong", "its process died");
    assertThat(one.isOver()).isTrue();
  }
}
