package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportJsonTest {
  @Test
  void whatIsWritten_isReadBackEqual() {
    BenchReport report = SampleReport.make();
    assertThat(ReportJson.read(ReportJson.write(report))).isEqualTo(report);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "[]", "{}", "{\"format\": 99}", "{\"format\": 1, \"environment\": 3}"})
  void anythingElse_isRefusedInWords(String text) {
    assertThatThrownBy(() -> ReportJson.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("report");
  }

  @Test
  void wrong_isTheSumOverCheckedMeasurements() {
    assertThat(SampleReport.make().wrong()).isEqualTo(3);
  }
}
