package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A report with everything in it that a report can have. */
final class SampleReport {
  private SampleReport() {}

  static BenchReport make() {
    List<Row> rows = new ArrayList<>();
    for (long bytes = 8; bytes <= 1 << 20; bytes *= 8) {
      rows.add(row("all_reduce", bytes, "float", "sum", null, bytes == 512 ? 3 : 0));
      rows.add(row("all_reduce", bytes, "half", "max", null, 0));
      rows.add(row("gather", bytes, "float", null, 2, 0));
    }
    return new BenchReport(
        environment(), settings(), rows, List.of("reduce f8e4m3 sum: too <old>"));
  }

  /** The same with other samples of the first measurement. */
  static BenchReport withFirst(Spread spread) {
    BenchReport report = make();
    List<Row> rows = new ArrayList<>(report.rows());
    Row row = rows.getFirst();
    Measurement was = row.outOfPlace();
    Measurement now =
        new Measurement(
            was.micros(),
            was.microsFastestRank(),
            was.microsAverage(),
            was.algorithmBandwidth(),
            was.busBandwidth(),
            was.wrong(),
            was.enqueueNanos(),
            was.iterations(),
            spread);
    rows.set(
        0,
        new Row(
            row.operation(),
            row.bytes(),
            row.count(),
            row.type(),
            row.reduction(),
            row.root(),
            now,
            row.inPlace()));
    return new BenchReport(report.environment(), report.settings(), rows, report.refused());
  }

  static Environment environment() {
    return new Environment(
        "2026-01-02T03:04:05Z",
        "1.0",
        "Linux 6, amd64",
        "A \"quoted\" CPU & more",
        2,
        8L << 30,
        "25",
        List.of("--flag", "-Dx=</script>"),
        "sim",
        "asked for",
        "a simulator, in this JVM",
        "2.28.9 (imitated)",
        List.of("GPU", "GPU", "other"),
        "portable");
  }

  private static Settings settings() {
    return new Settings(
        "jccl bench --op all", 3, 2, 10, true, false, "host", "times are this CPU's");
  }

  private static Row row(
      String operation,
      long bytes,
      String type,
      @Nullable String reduction,
      @Nullable Integer root,
      long wrong) {
    Measurement inPlace =
        operation.equals("gather") ? null : measurement(bytes, Measurement.UNCHECKED);
    return new Row(
        operation, bytes, bytes / 4, type, reduction, root, measurement(bytes, wrong), inPlace);
  }

  private static Measurement measurement(long bytes, long wrong) {
    double micros = 10 + bytes / 1e3;
    double bandwidth = bytes / (micros * 1e3);
    Spread spread = new Spread(10, 2, micros * 0.9, micros, micros * 1.2, micros * 1.5, micros * 2);
    return new Measurement(
        micros, micros * 0.8, micros * 0.95, bandwidth, 1.5 * bandwidth, wrong, 250, 20, spread);
  }
}
