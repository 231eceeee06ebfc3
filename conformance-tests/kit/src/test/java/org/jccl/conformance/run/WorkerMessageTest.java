package org.jccl.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.jccl.conformance.run.RuleResult.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker says is what its supervisor hears. */
class WorkerMessageTest {
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
    String line = WorkerMessage.ended(result);
    assertThat(line.lines()).hasSize(1);
    assertThat(WorkerMessage.of(line)).isEqualTo(new WorkerMessage.Ended(result));
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void everyOutcomeComesBack(Outcome outcome) {
    RuleResult result = new RuleResult("optional_P2P_11_x", outcome, Long.MAX_VALUE, "why");
    assertThat(WorkerMessage.of(WorkerMessage.ended(result)))
        .isEqualTo(new WorkerMessage.Ended(result));
  }

  @Test
  void beginningAndEnd() {
    assertThat(WorkerMessage.of(WorkerMessage.started("required_COL_01_x")))
        .isEqualTo(new WorkerMessage.Started("required_COL_01_x"));
    assertThat(WorkerMessage.of(WorkerMessage.END)).isEqualTo(new WorkerMessage.Done());
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
    assertThat(WorkerMessage.of(line)).isNull();
  }
}
