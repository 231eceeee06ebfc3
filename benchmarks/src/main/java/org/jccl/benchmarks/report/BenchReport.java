package org.jccl.benchmarks.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A whole run.
 *
 * @param environment where the numbers come from
 * @param settings how it was measured
 * @param rows the table
 * @param refused cases that the library refused, one sentence each
 */
public record BenchReport(
    Environment environment, Settings settings, List<Row> rows, List<String> refused) {
  /** With immutable lists. */
  public BenchReport {
    rows = List.copyOf(rows);
    refused = List.copyOf(refused);
  }

  /** Elements that differed from the exact results, over all measurements that were checked. */
  public long wrong() {
    return wrong(rows);
  }

  /** Whose time the report tells, in few words: never a GPU's where there is none. */
  public String timeKind() {
    boolean isDevice = settings.clock().equals("device") || settings.clock().equals("queued");
    if (!environment.backend().equals("sim")) {
      return isDevice ? "the GPU's" : "the host's, around work of the GPU";
    }
    return isDevice ? "virtual: NCCL's model" : "wall time of the simulation on this CPU";
  }

  /** Which of the figures {@code time_us} of a measurement is. */
  public TimeColumn timeColumn(Measurement each) {
    if (settings.clock().equals("device")) {
      return TimeColumn.MEAN;
    }
    return each.micros() == each.spread().p50() ? TimeColumn.P50 : TimeColumn.OWN_MEDIAN;
  }

  /** The definitions of {@code time_us} that are in this report, most often one. */
  public List<TimeColumn> timeColumns() {
    return rows.stream()
        .flatMap(Row::measurements)
        .map(this::timeColumn)
        .distinct()
        .sorted()
        .toList();
  }

  /** How many measurements {@linkplain Measurement#isNoisy() scatter too much}. */
  public long noisy() {
    return rows.stream().flatMap(Row::measurements).filter(Measurement::isNoisy).count();
  }

  /** Mean bus bandwidth over all measurements, as nccl-tests ends its tables; empty without any. */
  public OptionalDouble averageBusBandwidth() {
    return averageBusBandwidth(rows);
  }

  static long wrong(List<Row> rows) {
    return rows.stream()
        .flatMap(Row::measurements)
        .filter(Measurement::isChecked)
        .mapToLong(Measurement::wrong)
        .sum();
  }

  static OptionalDouble averageBusBandwidth(List<Row> rows) {
    return rows.stream()
        .flatMap(Row::measurements)
        .mapToDouble(Measurement::busBandwidth)
        .average();
  }
}
