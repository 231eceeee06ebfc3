package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
   * @param name its method, with its parameters
   * @param unit unit of its score, as JMH writes it
   * @param score the mean
   * @param low lower end of JMH's 99.9 % interval of the mean, or of the samples where there are
   *     too few for an interval
   * @param high upper end
   * @param isInterval whether low and high are that interval
   * @param samples number of samples
   * @param allocated bytes that a call allocates; null if nobody measured it
   */
  public record Line(
      String group,
      String name,
      String unit,
      double score,
      double low,
      double high,
      boolean isInterval,
      int samples,
      @Nullable Double allocated) {
    /** Whether more is better: operations in a time, not a time of an operation. */
    boolean isRate() {
      return unit.startsWith("ops");
    }

    boolean isSameAs(Line other) {
      return group.equals(other.group) && name.equals(other.name) && unit.equals(other.unit);
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
      lines.add(line(fields));
    }
    if (lines.isEmpty()) {
      throw json.wrong("is empty: JMH measured nothing");
    }
    return new JmhResults(text, facts, lines);
  }

  private static Line line(JsonFields fields) throws BadFileException {
    String[] path = fields.get("benchmark").text().split("[.]");
    String method = path[path.length - 1];
    JsonFields metric = fields.get("primaryMetric").fields();
    double score = metric.get("score").number();
    List<Double> samples = new ArrayList<>();
    // JMH keeps histograms elsewhere, of which the interval is enough.
    JsonNode raw = metric.find("rawData");
    for (JsonNode fork : raw == null ? List.<JsonNode>of() : raw.elements()) {
      for (JsonNode sample : fork.elements()) {
        samples.add(sample.number());
      }
    }
    double[] interval = interval(metric);
    boolean isInterval = interval.length == 2;
    return new Line(
        path.length > 1 ? path[path.length - 2] : "",
        method + parameters(fields),
        metric.get("scoreUnit").text(),
        score,
        isInterval ? interval[0] : samples.stream().min(Double::compare).orElse(score),
        isInterval ? interval[1] : samples.stream().max(Double::compare).orElse(score),
        isInterval,
        samples.size(),
        allocated(fields));
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

  private static String parameters(JsonFields fields) throws BadFileException {
    JsonNode parameters = fields.find("params");
    if (parameters == null || !(parameters.value() instanceof Map<?, ?> values)) {
      return "";
    }
    List<String> words = new ArrayList<>();
    for (Map.Entry<?, ?> each : values.entrySet()) {
      words.add(each.getKey() + "=" + ((JsonNode) each.getValue()).text());
    }
    return ", " + String.join(", ", words);
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
