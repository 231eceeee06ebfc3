package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jccl.conformance.harness.Colors;
import org.junit.jupiter.api.Test;

class TextTableTest {
  private final StringWriter out = new StringWriter();
  private final TextTable table = new TextTable(new PrintWriter(out), Colors.OFF);

  @Test
  void rows_standUnderTheirColumns() {
    BenchReport report = SampleReport.make();
    table.head(report.environment(), report.settings());
    report.rows().forEach(table::row);
    table.end();
    assertThat(out.toString())
        .contains("# times are this CPU's")
        .containsPattern("#wrong +time +algbw +busbw +#wrong\n")
        .containsPattern("\n +512 +128 +float +sum +-1 .* 3 .* N/A  WRONG\n")
        .containsPattern("\n +8 +2 +float +none +2 .* N/A +N/A +N/A +N/A\n")
        .contains("# Out of bounds values : 3 FAILED")
        .contains("# Avg bus bandwidth    : ");
  }

  @Test
  void linesThatAreNoRows_beginWithAHash() {
    SampleReport.make().rows().forEach(table::row);
    table.refused("too old");
    table.end();
    assertThat(out.toString().lines())
        .allMatch(line -> line.startsWith("#") || line.matches(" +\\d+ .*"));
  }
}
