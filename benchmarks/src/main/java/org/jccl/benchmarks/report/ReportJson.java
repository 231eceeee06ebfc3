package org.jccl.benchmarks.report;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    json.put("rows", report.rows().stream().map(ReportJson::row).toList());
    json.put("refused", report.refused());
    json.put("wrong", report.wrong());
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
   * The report that {@code json} holds.
   *
   * @throws IllegalArgumentException if it is no report of this format
   */
  public static BenchReport read(String json) {
    Fields fields = new Fields(parse(json));
    if (fields.number("format").intValue() != FORMAT) {
      throw new IllegalArgumentException(
          "the report has format " + fields.number("format") + ", this jccl reads " + FORMAT);
    }
    return new BenchReport(
        readEnvironment(fields.object("environment")),
        readSettings(fields.object("settings")),
        fields.objects("rows").stream().map(ReportJson::readRow).toList(),
        fields.texts("refused"));
  }

  private static Map<String, Object> parse(String json) {
    try {
      return JACKSON.mapFrom(json);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("this is no report: it is not a JSON object", e);
    }
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

  private static Environment readEnvironment(Fields json) {
    return new Environment(
        json.text("started"),
        json.text("program"),
        json.text("system"),
        json.text("cpu"),
        json.number("cores").intValue(),
        json.number("memory_bytes").longValue(),
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

  private static Settings readSettings(Fields json) {
    return new Settings(
        json.text("command"),
        json.number("ranks").intValue(),
        json.number("warmups").intValue(),
        json.number("iterations").intValue(),
        json.flag("checked"),
        json.flag("graph"),
        json.text("clock"),
        json.text("clock_note"));
  }

  private static Map<String, @Nullable Object> row(Row row) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("operation", row.operation());
    json.put("bytes", row.bytes());
    json.put("count", row.count());
    json.put("type", row.type());
    json.put("reduction", row.reduction());
    json.put("root", row.root());
    json.put("out_of_place", measurement(row.outOfPlace()));
    Measurement inPlace = row.inPlace();
    json.put("in_place", inPlace == null ? null : measurement(inPlace));
    return json;
  }

  private static Row readRow(Fields json) {
    return new Row(
        json.text("operation"),
        json.number("bytes").longValue(),
        json.number("count").longValue(),
        json.text("type"),
        json.has("reduction") ? json.text("reduction") : null,
        json.has("root") ? json.number("root").intValue() : null,
        readMeasurement(json.object("out_of_place")),
        json.has("in_place") ? readMeasurement(json.object("in_place")) : null);
  }

  private static Map<String, @Nullable Object> measurement(Measurement measurement) {
    Spread spread = measurement.spread();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("time_us", measurement.micros());
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
    return json;
  }

  private static Measurement readMeasurement(Fields json) {
    return new Measurement(
        json.number("time_us").doubleValue(),
        json.number("time_fastest_rank_us").doubleValue(),
        json.number("time_average_us").doubleValue(),
        json.number("algbw_gbps").doubleValue(),
        json.number("busbw_gbps").doubleValue(),
        json.has("wrong") ? json.number("wrong").longValue() : Measurement.UNCHECKED,
        json.number("enqueue_ns").doubleValue(),
        json.number("iterations").intValue(),
        new Spread(
            json.number("samples").intValue(),
            json.number("operations_per_sample").intValue(),
            json.number("min_us").doubleValue(),
            json.number("p50_us").doubleValue(),
            json.number("p95_us").doubleValue(),
            json.number("p99_us").doubleValue(),
            json.number("max_us").doubleValue()));
  }

  /** Typed access to a JSON object that names the field that is not as expected. */
  private record Fields(Map<?, ?> map) {
    boolean has(String name) {
      return map.get(name) != null;
    }

    String text(String name) {
      return value(name, String.class);
    }

    Number number(String name) {
      return value(name, Number.class);
    }

    boolean flag(String name) {
      return value(name, Boolean.class);
    }

    Fields object(String name) {
      return new Fields(value(name, Map.class));
    }

    List<Fields> objects(String name) {
      return ((List<?>) value(name, List.class))
          .stream().map(element -> new Fields(as(name, element, Map.class))).toList();
    }

    List<String> texts(String name) {
      return ((List<?>) value(name, List.class))
          .stream().map(element -> as(name, element, String.class)).toList();
    }

    private <T> T value(String name, Class<T> type) {
      return as(name, map.get(name), type);
    }

    private static <T> T as(String name, @Nullable Object value, Class<T> type) {
      if (!type.isInstance(value)) {
        throw new IllegalArgumentException(
            "this is no report: field '"
                + name
                + "' is "
                + value
                + ", not a "
                + type.getSimpleName());
      }
      return type.cast(value);
    }
  }
}
