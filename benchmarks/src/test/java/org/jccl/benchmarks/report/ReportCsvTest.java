package org.jccl.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ReportCsvTest {
  private static List<Map<String, String>> read(String csv) {
    List<String> lines = csv.lines().toList();
    String[] columns = lines.getFirst().split(",");
    return lines.stream()
        .skip(1)
        .map(
            line -> {
              String[] cells = line.split(",", -1);
              assertThat(cells).hasSameSizeAs(columns);
              Map<String, String> row = new HashMap<>();
              IntStream.range(0, cells.length).forEach(i -> row.put(columns[i], cells[i]));
              return row;
            })
        .toList();
  }

  @Test
  void everyMeasurement_hasALine() {
    BenchReport report = SampleReport.make();
    List<Map<String, String>> lines = read(ReportCsv.write(report));
    List<Measurement> measurements = report.rows().stream().flatMap(Row::measurements).toList();
    assertThat(lines).hasSameSizeAs(measurements);
    for (int i = 0; i < lines.size(); i++) {
      Measurement expected = measurements.get(i);
      assertThat(Double.parseDouble(lines.get(i).get("time_us")))
          .isCloseTo(expected.micros(), Percentage.withPercentage(0.001));
      assertThat(lines.get(i).get("wrong"))
          .isEqualTo(expected.isChecked() ? Long.toString(expected.wrong()) : "");
    }
  }

  @Test
  void keys_areThere_andEmptyWhereTheyDoNotExist() {
    List<Map<String, String>> lines = read(ReportCsv.write(SampleReport.make()));
    assertThat(lines.getFirst())
        .containsEntry("backend", "sim")
        .containsEntry("clock", "host")
        .containsEntry("ranks", "3")
        .containsEntry("operation", "all_reduce")
        .containsEntry("reduction", "sum")
        .containsEntry("root", "")
        .containsEntry("in_place", "false");
    assertThat(lines)
        .anyMatch(line -> line.get("root").equals("2") && line.get("reduction").isEmpty());
  }
}
