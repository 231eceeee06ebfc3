package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What JMH writes with {@code -rf json}.
 *
 * @param json the file's text
 * @param facts machine and JVM, by name
 * @param lines a line for each benchmark and choice of parameters, in JMH's order
 */
public record JmhResults(String json, Map<String, String> facts, List<Line> lines) {
  /** JMH's name of the bytes that a call allocates. */
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /**
   * One benchmark.
   *
   * @param group simple name of its class
   * @param method its method, and the counter if it is one of the benchmark's own
   * @param parameters its parameters, by name
   * @param unit unit of its score, as JMH writes it
   * @param score the mean
   * @param low lower end of JMH's 99.9 % interval of the mean, or of the samples where there are
   *     too few for an interval
   * @param high upper end
   * @param samples number of samples
   * @param allocated bytes that a call allocates; null if nobody measured it
   */
  public record Line(
      String group,
      String method,
      Map<String, String> parameters,
      String unit,
      double score,
      double low,
      double high,
      int samples,
      @Nullable Double allocated) {
    /** Whether more is better: operations in a time, not a time of an operation. */
    boolean isRate() {
      return unit.startsWith("ops");
    }

    boolean isSameAs(Line other) {
      return group.equals(other.group)
          && method.equals(other.method)
          && parameters.equals(other.parameters)
          && unit.equals(other.unit);
    }

    /** Its method and parameters. */
    String name() {
      return method + words(", ", parameters.keySet());
    }

    /** Those of its parameters, behind {@code before}; nothing if there are none. */
    String words(String before, Collection<String> names) {
      List<String> words = new ArrayList<>();
      parameters.forEach(
          (name, value) -> {
            if (names.contains(name)) {
              words.add(name + "=" + value);
            }
          });
      return words.isEmpty() ? "" : before + String.join(", ", words);
    }
  }

  /** With immutable lists. */
  public JmhResults {
    lines = List.copyOf(lines);
  }

  /**
   * Reads a file of JMH.
   *
   * @param json its content
   * @param text the same as text, which the page keeps
   * @throws BadFileException if it is none; it names file, line and field
   */
  public static JmhResults read(JsonNode json, String text) throws BadFileException {
    List<Line> lines = new ArrayList<>();
    Map<String, String> facts = new LinkedHashMap<>();
    List<JsonNode> results = json.elements();
    for (JsonNode each : results) {
      JsonFields fields = each.fields();
      if (facts.isEmpty()) {
        facts.put("JMH", text(fields, "jmhVersion"));
        facts.put("Java", text(fields, "jdkVersion") + ", " + text(fields, "vmName"));
        facts.put("JVM flags", words(fields, "jvmArgs"));
        facts.put("Forks", whole(fields, "forks"));
        facts.put(
            "Warm-up", whole(fields, "warmupIterations") + " of " + text(fields, "warmupTime"));
        facts.put(
            "Measured",
            whole(fields, "measurementIterations") + " of " + text(fields, "measurementTime"));
      }
      lines.addAll(lines(fields));
    }
    if (lines.isEmpty()) {
      throw json.wrong("is empty: JMH measured nothing");
    }
    return new JmhResults(text, facts, lines);
  }

  /**
   * The lines of a benchmark. JMH's own score of a single shot is the time of a batch of calls;
   * where the benchmark counts for itself what one of them takes, that is the figure.
   */
  private static List<Line> lines(JsonFields fields) throws BadFileException {
    String[] path = fields.get("benchmark").text().split("[.]");
    String group = path.length > 1 ? path[path.length - 2] : "";
    String method = path[path.length - 1];
    Map<String, String> parameters = parameters(fields);
    List<Line> lines = new ArrayList<>();
    JsonNode others = fields.find("secondaryMetrics");
    boolean isSingleShot = fields.has("mode") && fields.get("mode").text().equals("ss");
    if (isSingleShot && others != null && others.value() instanceof Map<?, ?> counters) {
      for (Map.Entry<?, ?> each : counters.entrySet()) {
        String name = String.valueOf(each.getKey());
        String unit = unitOf(name);
        List<Double> samples = samples(((JsonNode) each.getValue()).fields());
        if (!unit.isEmpty() && !samples.isEmpty()) {
          double mean = samples.stream().mapToDouble(value -> value).average().orElse(0);
          lines.add(line(group, method + ":" + name, parameters, unit, mean, samples));
        }
      }
    }
    if (lines.isEmpty()) {
      lines.add(score(group, method, parameters, fields));
    }
    return lines;
  }

  /** The unit of a benchmark's own counter, which its name ends with; empty if it is no figure. */
  private static String unitOf(String counter) {
    String name = counter.toLowerCase(Locale.ROOT);
    return name.endsWith("micros")
        ? "µs"
        : name.endsWith("millis") ? "ms" : name.endsWith("percent") ? "%" : "";
  }

  private static Line line(
      String group,
      String method,
      Map<String, String> parameters,
      String unit,
      double score,
      List<Double> samples) {
    return new Line(
        group,
        method,
        parameters,
        unit,
        score,
        samples.stream().min(Double::compare).orElse(score),
        samples.stream().max(Double::compare).orElse(score),
        samples.size(),
        null);
  }

  private static Line score(
      String group, String method, Map<String, String> parameters, JsonFields fields)
      throws BadFileException {
    JsonFields metric = fields.get("primaryMetric").fields();
    double score = metric.get("score").number();
    List<Double> samples = samples(metric);
    Line line = line(group, method, parameters, metric.get("scoreUnit").text(), score, samples);
    double[] interval = interval(metric);
    boolean isInterval = interval.length == 2;
    return new Line(
        line.group,
        line.method,
        line.parameters,
        line.unit,
        score,
        isInterval ? interval[0] : line.low,
        isInterval ? interval[1] : line.high,
        samples.size(),
        allocated(fields));
  }

  private static List<Double> samples(JsonFields metric) throws BadFileException {
    List<Double> samples = new ArrayList<>();
    // JMH keeps histograms elsewhere, of which the interval is enough.
    JsonNode raw = metric.find("rawData");
    for (JsonNode fork : raw == null ? List.<JsonNode>of() : raw.elements()) {
      for (JsonNode sample : fork.elements()) {
        samples.add(sample.number());
      }
    }
    return samples;
  }

  /** JMH writes "NaN" where there are too few samples. */
  private static double[] interval(JsonFields metric) throws BadFileException {
    JsonNode confidence = metric.find("scoreConfidence");
    if (confidence == null) {
      return new double[0];
    }
    List<JsonNode> ends = confidence.elements();
    if (ends.size() != 2 || !(ends.getFirst().value() instanceof Number)) {
      return new double[0];
    }
    return new double[] {ends.getFirst().number(), ends.getLast().number()};
  }

  private static @Nullable Double allocated(JsonFields fields) throws BadFileException {
    JsonNode others = fields.find("secondaryMetrics");
    if (others == null) {
      return null;
    }
    for (String name : List.of(ALLOCATED, "·" + ALLOCATED)) {
      JsonNode metric = others.fields().find(name);
      if (metric != null) {
        return metric.fields().get("score").number();
      }
    }
    return null;
  }

  private static Map<String, String> parameters(JsonFields fields) throws BadFileException {
    Map<String, String> all = new LinkedHashMap<>();
    JsonNode parameters = fields.find("params");
    if (parameters != null && parameters.value() instanceof Map<?, ?> values) {
      for (Map.Entry<?, ?> each : values.entrySet()) {
        all.put(String.valueOf(each.getKey()), ((JsonNode) each.getValue()).text());
      }
    }
    return all;
  }

  private static String text(JsonFields fields, String name) throws BadFileException {
    return fields.has(name) ? fields.get(name).text() : "unknown";
  }

  private static String whole(JsonFields fields, String name) throws BadFileException {
    return fields.has(name) ? Long.toString(fields.get(name).integer()) : "unknown";
  }

  private static String words(JsonFields fields, String name) throws BadFileException {
    List<String> words = new ArrayList<>();
    if (fields.has(name)) {
      for (JsonNode each : fields.get(name).elements()) {
        words.add(each.text());
      }
    }
    return String.join(" ", words);
  }

  /** The same benchmark in this file; null if it is not there. */
  @Nullable Line find(Line other) {
    return lines.stream().filter(other::isSameAs).findFirst().orElse(null);
  }
}
