package org.jccl.benchmarks.report;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * {@code report.json}: the whole report for machines. Bandwidths are GB/s, times microseconds
 * unless the name says otherwise. Field names are a contract: {@link #FORMAT} counts up when one
 * changes.
 */
public final class ReportJson {
  /** Version of the format. */
  static final int FORMAT = 1;

  private static final JSON JACKSON = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private ReportJson() {}

  /** The report as JSON text. */
  public static String write(BenchReport report) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("environment", environment(report.environment()));
    json.put("settings", settings(report.settings()));
    json.put("time", report.timeKind());
    json.put("columns", Columns.meanings());
    json.put("rows", report.rows().stream().map(row -> row(report, row)).toList());
    json.put("refused", report.refused());
    json.put("wrong", report.wrong());
    json.put("noisy", report.noisy());
    report
        .averageBusBandwidth()
        .ifPresent(average -> json.put("average_bus_bandwidth_gbps", average));
    try {
      return JACKSON.asString(json) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The report of a file.
   *
   * @throws BadFileException if it is no report of this format; it names file, line and field
   */
  public static BenchReport read(Path file) throws BadFileException {
    return read(JsonNode.read(file));
  }

  /**
   * The report that {@code json} holds.
   *
   * @throws IllegalArgumentException if it is no report of this format; it names line and field
   */
  public static BenchReport read(String json) {
    try {
      return read(JsonNode.parse("report", json));
    } catch (BadFileException noReport) {
      throw new IllegalArgumentException(noReport.getMessage(), noReport);
    }
  }

  /**
   * The report that {@code whole} holds.
   *
   * @throws BadFileException if it is no report of this format; it names file, line and field
   */
  public static BenchReport read(JsonNode whole) throws BadFileException {
    ReportFields fields = new ReportFields(whole.fields());
    JsonNode format = whole.fields().get("format");
    if (format.integer() != FORMAT) {
      throw format.wrong("is " + format.integer() + ", this jccl reads format " + FORMAT);
    }
    List<Row> rows = new ArrayList<>();
    for (ReportFields row : fields.objects("rows")) {
      rows.add(readRow(row));
    }
    return new BenchReport(
        readEnvironment(fields.object("environment")),
        readSettings(fields.object("settings")),
        rows,
        fields.texts("refused"));
  }

  private static Map<String, Object> environment(Environment environment) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("started", environment.started());
    json.put("program", environment.program());
    json.put("system", environment.system());
    json.put("cpu", environment.cpu());
    json.put("cores", environment.cores());
    json.put("memory_bytes", environment.memoryBytes());
    json.put("jdk", environment.jdk());
    json.put("flags", environment.flags());
    json.put("backend", environment.backend());
    json.put("why", environment.why());
    json.put("description", environment.description());
    json.put("nccl_version", environment.ncclVersion());
    json.put("devices", environment.devices());
    json.put("kernels", environment.kernels());
    return json;
  }

  private static Environment readEnvironment(ReportFields json) throws BadFileException {
    return new Environment(
        json.text("started"),
        json.text("program"),
        json.text("system"),
        json.text("cpu"),
        json.count("cores"),
        json.whole("memory_bytes"),
        json.text("jdk"),
        json.texts("flags"),
        json.text("backend"),
        json.text("why"),
        json.text("description"),
        json.text("nccl_version"),
        json.texts("devices"),
        json.text("kernels"));
  }

  private static Map<String, Object> settings(Settings settings) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("command", settings.command());
    json.put("ranks", settings.ranks());
    json.put("warmups", settings.warmups());
    json.put("iterations", settings.iterations());
    json.put("checked", settings.checked());
    json.put("graph", settings.graph());
    json.put("clock", settings.clock());
    json.put("clock_note", settings.clockNote());
    return json;
  }

  private static Settings readSettings(ReportFields json) throws BadFileException {
    return new Settings(
        json.text("command"),
        json.count("ranks"),
        json.count("warmups"),
        json.count("iterations"),
        json.flag("checked"),
        json.flag("graph"),
        json.text("clock"),
        json.text("clock_note"));
  }

  private static Map<String, @Nullable Object> row(BenchReport report, Row row) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("operation", row.operation());
    json.put("bytes", row.bytes());
    json.put("count", row.count());
    json.put("type", row.type());
    json.put("reduction", row.reduction());
    json.put("root", row.root());
    json.put("out_of_place", measurement(report, row.outOfPlace()));
    Measurement inPlace = row.inPlace();
    json.put("in_place", inPlace == null ? null : measurement(report, inPlace));
    return json;
  }

  private static Row readRow(ReportFields json) throws BadFileException {
    return new Row(
        json.text("operation"),
        json.whole("bytes"),
        json.whole("count"),
        json.text("type"),
        json.has("reduction") ? json.text("reduction") : null,
        json.has("root") ? json.count("root") : null,
        readMeasurement(json.object("out_of_place")),
        json.has("in_place") ? readMeasurement(json.object("in_place")) : null);
  }

  private static Map<String, @Nullable Object> measurement(
      BenchReport report, Measurement measurement) {
    Spread spread = measurement.spread();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("time_us", measurement.micros());
    json.put("time_is", report.timeColumn(measurement).label());
    json.put("time_fastest_rank_us", measurement.microsFastestRank());
    json.put("time_average_us", measurement.microsAverage());
    json.put("algbw_gbps", measurement.algorithmBandwidth());
    json.put("busbw_gbps", measurement.busBandwidth());
    json.put("wrong", measurement.isChecked() ? measurement.wrong() : null);
    json.put("enqueue_ns", measurement.enqueueNanos());
    json.put("iterations", measurement.iterations());
    json.put("samples", spread.samples());
    json.put("operations_per_sample", spread.operations());
    json.put("min_us", spread.min());
    json.put("p50_us", spread.p50());
    json.put("p95_us", spread.p95());
    json.put("p99_us", spread.p99());
    json.put("max_us", spread.max());
    json.put("noisy", measurement.isNoisy());
    return json;
  }

  private static Measurement readMeasurement(ReportFields json) throws BadFileException {
    return new Measurement(
        json.number("time_us"),
        json.number("time_fastest_rank_us"),
        json.number("time_average_us"),
        json.number("algbw_gbps"),
        json.number("busbw_gbps"),
        json.has("wrong") ? json.whole("wrong") : Measurement.UNCHECKED,
        json.number("enqueue_ns"),
        json.count("iterations"),
        new Spread(
            json.count("samples"),
            json.count("operations_per_sample"),
            json.number("min_us"),
            json.number("p50_us"),
            json.number("p95_us"),
            json.number("p99_us"),
            json.number("max_us")));
  }
}
