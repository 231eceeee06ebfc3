package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code report.csv}: one line a measurement, for spreadsheets and data frames. RFC 4180 with plain
 * line feeds; empty where a value does not exist.
 */
public final class ReportCsv {
  private static final List<String> COLUMNS =
      List.of(
          "backend",
          "clock",
          "ranks",
          "operation",
          "bytes",
          "count",
          "type",
          "reduction",
          "root",
          "in_place",
          "time_us",
          "time_is",
          "time_fastest_rank_us",
          "time_average_us",
          "algbw_gbps",
          "busbw_gbps",
          "wrong",
          "enqueue_ns",
          "iterations",
          "samples",
          "operations_per_sample",
          "min_us",
          "p50_us",
          "p95_us",
          "p99_us",
          "max_us",
          "noisy");

  private ReportCsv() {}

  /** The report's table as CSV text with a header line. */
  public static String write(BenchReport report) {
    StringBuilder csv = new StringBuilder(line(COLUMNS));
    for (Row row : report.rows()) {
      csv.append(line(report, row, false, row.outOfPlace()));
      Measurement inPlace = row.inPlace();
      if (inPlace != null) {
        csv.append(line(report, row, true, inPlace));
      }
    }
    return csv.toString();
  }

  private static String line(
      BenchReport report, Row row, boolean inPlace, Measurement measurement) {
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(report.environment().backend());
    cells.add(report.settings().clock());
    cells.add(report.settings().ranks());
    cells.add(row.operation());
    cells.add(row.bytes());
    cells.add(row.count());
    cells.add(row.type());
    cells.add(row.reduction());
    cells.add(row.root());
    cells.add(inPlace);
    cells.add(measurement.micros());
    cells.add(report.timeColumn(measurement).label());
    cells.add(measurement.microsFastestRank());
    cells.add(measurement.microsAverage());
    cells.add(measurement.algorithmBandwidth());
    cells.add(measurement.busBandwidth());
    cells.add(measurement.isChecked() ? measurement.wrong() : null);
    cells.add(measurement.enqueueNanos());
    cells.add(measurement.iterations());
    Spread spread = measurement.spread();
    cells.add(spread.samples());
    cells.add(spread.operations());
    cells.add(spread.min());
    cells.add(spread.p50());
    cells.add(spread.p95());
    cells.add(spread.p99());
    cells.add(spread.max());
    cells.add(measurement.isNoisy());
    return line(cells);
  }

  private static String line(List<? extends @Nullable Object> cells) {
    return cells.stream().map(ReportCsv::cell).collect(Collectors.joining(",", "", "\n"));
  }

  private static String cell(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    String text =
        value instanceof Double number
            ? String.format(Locale.ROOT, "%.6g", number)
            : value.toString();
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
