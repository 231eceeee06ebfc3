package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker says is what its supervisor hears. */
class ReportTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "a\ttab",
        "two\nlines\n",
        "dos\r\nlines",
        "back\\slash",
        "\\t is no tab, \\\\n no line",
        "ends with \\",
        "@jccl\tend"
      })
  void everyTextComesBack(String words) {
    RuleResult result = new RuleResult("required_COL_01_x", Outcome.BROKEN, 12, words);
    String line = Report.ended(result);
    assertThat(line.lines()).hasSize(1);
    assertThat(Report.of(line)).isEqualTo(new Report.Ended(result));
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void everyOutcomeComesBack(Outcome outcome) {
    RuleResult result = new RuleResult("optional_P2P_11_x", outcome, Long.MAX_VALUE, "why");
    assertThat(Report.of(Report.ended(result))).isEqualTo(new Report.Ended(result));
  }

  @Test
  void beginningAndEnd() {
    assertThat(Report.of(Report.started("required_COL_01_x")))
        .isEqualTo(new Report.Started("required_COL_01_x"));
    assertThat(Report.of(Report.END)).isEqualTo(new Report.Done());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "NCCL INFO something",
        "@jccl",
        "@jccl\tnothing known\tx",
        "@jccl\tstarted",
        "@jccl\tended\trequired_COL_01_x\theld",
        "@jccl\tend\ttoo much",
        " @jccl\tend"
      })
  void othersLinesAndTornOnesSayNothing(String line) {
    assertThat(Report.of(line)).isNull();
  }
}
