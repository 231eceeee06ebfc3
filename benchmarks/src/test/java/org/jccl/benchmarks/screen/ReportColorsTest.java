package org.jccl.benchmarks.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.jccl.conformance.harness.Colors;
import org.junit.jupiter.api.Test;

class ReportColorsTest {
  private static final String REPORT =
      "rank 2/4 failed first\n  1. rank 2: MISMATCH(count) in comm-1, call #1\n  DEADLOCK: nothing can run";

  @Test
  void kindsOfReports_areMarked() {
    assertThat(ReportColors.mark(REPORT, Colors.ON))
        .isEqualTo(
            REPORT
                .replace("MISMATCH(count)", Colors.ON.bad("MISMATCH(count)"))
                .replace("DEADLOCK", Colors.ON.bad("DEADLOCK")));
  }

  @Test
  void nothingIsMarked_whereNobodyLooks() {
    assertThat(ReportColors.mark(REPORT, Colors.OFF)).isEqualTo(REPORT);
  }

  @Test
  void theLastLine_isGreenOrRed() {
    assertThat(ReportColors.verdict("complete", true, Colors.ON))
        .isEqualTo(Colors.ON.good("complete"));
    assertThat(ReportColors.verdict("complete", false, Colors.ON))
        .isEqualTo(Colors.ON.bad("complete"));
  }
}
