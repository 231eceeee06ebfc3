package org.jccl.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jccl.conformance.liars.Liar;
import org.jccl.conformance.liars.LyingSubject;
import org.jccl.conformance.run.ConformanceRun;
import org.jccl.conformance.run.RuleResult;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite can see: every liar breaks the rules that it should, and the failure says how. */
class LiarsTest {
  @ParameterizedTest
  @EnumSource(Liar.class)
  void isFoundOut(Liar liar) {
    List<RuleResult> results =
        ConformanceRun.run(new LyingSubject(liar), liar.caughtBy(), result -> {});

    assertThat(results).extracting(RuleResult::method).containsAll(liar.caughtBy());
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.outcome()).as(result.method()).isEqualTo(Outcome.BROKEN);
              assertThat(result.words()).contains(liar.phrase()).contains(liar.label());
            });
  }
}
