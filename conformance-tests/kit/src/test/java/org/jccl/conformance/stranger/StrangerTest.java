package org.jccl.conformance.stranger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.run.ConformanceRun;
import org.jccl.conformance.run.RuleResult;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.Test;

/** The kit runs on a backend that it does not know, found by its provider. */
class StrangerTest {
  @Test
  void theRulesOfTheTypedSurfaceHold_andTheOthersSayWhatIsMissing() {
    List<RuleResult> results =
        ConformanceRun.run(Subjects.named("stranger"), List.of(), result -> {});

    assertThat(results).filteredOn(each -> each.outcome() == Outcome.BROKEN).isEmpty();
    assertThat(results).filteredOn(each -> each.outcome() == Outcome.HELD).hasSizeGreaterThan(100);
    Map<String, Integer> reasons = new TreeMap<>();
    results.stream()
        .filter(each -> each.outcome() == Outcome.SKIPPED)
        .forEach(each -> reasons.merge(each.words(), 1, Integer::sum));
    assertThat(reasons).containsKey("stranger has no raw surface");
  }

  @Test
  void itIsListedWithTheOthers() {
    assertThat(Subjects.names()).contains("sim", "sim-free", "nccl", "loopback", "stranger");
  }
}
