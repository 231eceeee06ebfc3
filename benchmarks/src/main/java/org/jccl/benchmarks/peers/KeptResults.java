package org.jccl.benchmarks.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.benchmarks.simspeed.PeerOperation;

/** Reads the {@code report.json} of an earlier run. */
public final class KeptResults {
  /** What this jccl calls such a file in its field {@code kind}. */
  public static final String KIND = "jccl jmh sim";

  private static final String TYPES = "jccl:types";
  private static final String SCALE = "jccl:scale";

  private KeptResults() {}

  /**
   * The results that a file holds.
   *
   * @throws BadFileException if it is no such file; it names file, line and field
   */
  public static PeerResults read(JsonNode json) throws BadFileException {
    JsonFields fields = json.fields();
    JsonNode format = fields.get("format");
    if (format.integer() != ComparisonJson.FORMAT) {
      throw format.wrong(
          "is " + format.integer() + ", this jccl reads format " + ComparisonJson.FORMAT);
    }
    List<Turn> turns = new ArrayList<>();
    List<Turn> types = new ArrayList<>();
    List<Turn> scale = new ArrayList<>();
    for (JsonNode each : fields.get("turns").elements()) {
      Turn turn = turn(each.fields());
      switch (turn.subject()) {
        case TYPES -> types.add(turn);
        case SCALE -> scale.add(turn);
        default -> turns.add(turn);
      }
    }
    return new PeerResults(
        fields.get("started").text(),
        fields.get("command").text(),
        environment(fields.get("environment").fields()),
        plan(fields.get("plan").fields()),
        texts(fields.get("notes")),
        latency(fields.get("core_to_core_ns")),
        turns,
        types,
        scale);
  }

  private static Map<String, String> environment(JsonFields fields) throws BadFileException {
    Map<String, String> facts = new LinkedHashMap<>();
    if (fields.owner().value() instanceof Map<?, ?> nodes) {
      for (Map.Entry<?, ?> each : nodes.entrySet()) {
        facts.put((String) each.getKey(), ((JsonNode) each.getValue()).text());
      }
    }
    return facts;
  }

  private static PeerPlan plan(JsonFields fields) throws BadFileException {
    List<PeerOperation> operations = new ArrayList<>();
    for (JsonNode each : fields.get("operations").elements()) {
      operations.add(operation(each));
    }
    List<Integer> ranks = new ArrayList<>();
    for (JsonNode each : fields.get("ranks").elements()) {
      ranks.add(count(each));
    }
    List<Long> sizes = new ArrayList<>();
    for (JsonNode each : fields.get("sizes").elements()) {
      sizes.add(each.integer());
    }
    return PeerPlan.full()
        .of(operations, ranks, sizes)
        .of(
            count(fields.get("rounds")),
            count(fields.get("budget_ms")),
            Duration.ofSeconds(count(fields.get("limit_s"))));
  }

  private static Turn turn(JsonFields fields) throws BadFileException {
    String subject = fields.get("subject").text();
    List<PeerSample> samples = new ArrayList<>();
    for (JsonNode each : fields.get("samples").elements()) {
      samples.add(sample(subject, each.fields()));
    }
    return new Turn(
        subject,
        count(fields.get("round")),
        fields.get("command").text(),
        fields.get("failure").text(),
        positive(fields.get("seconds")),
        fields.has("others_cpu_share") ? fields.get("others_cpu_share").number() : Double.NaN,
        samples);
  }

  private static PeerSample sample(String subject, JsonFields fields) throws BadFileException {
    JsonNode operation = fields.get("op");
    if (subject.equals(TYPES)) {
      type(operation);
    } else {
      operation(operation);
    }
    return new PeerSample(
        subject,
        operation.text(),
        count(fields.get("ranks")),
        fields.get("bytes").integer(),
        positive(fields.get("us")),
        positive(fields.get("calls")),
        positive(fields.get("open_ms")));
  }

  private static PeerOperation operation(JsonNode node) throws BadFileException {
    try {
      return PeerOperation.of(node.text());
    } catch (IllegalArgumentException unknown) {
      throw node.wrong("is " + unknown.getMessage());
    }
  }

  private static void type(JsonNode node) throws BadFileException {
    for (DataType each : DataType.values()) {
      if (each.name().equals(node.text())) {
        return;
      }
    }
    throw node.wrong("is '" + node.text() + "', expected the name of a data type");
  }

  private static int count(JsonNode node) throws BadFileException {
    long value = node.integer();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw node.wrong("is " + value + ", expected 0 to 2147483647");
    }
    return (int) value;
  }

  private static double positive(JsonNode node) throws BadFileException {
    if (node.number() < 0) {
      throw node.wrong("is " + node.number() + ", expected 0 or more");
    }
    return node.number();
  }

  private static List<String> texts(JsonNode node) throws BadFileException {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : node.elements()) {
      texts.add(each.text());
    }
    return texts;
  }

  private static List<List<Double>> latency(JsonNode node) throws BadFileException {
    List<List<Double>> readings = new ArrayList<>();
    for (JsonNode each : node.elements()) {
      List<Double> reading = new ArrayList<>();
      for (JsonNode value : each.elements()) {
        reading.add(value.number());
      }
      if (reading.isEmpty()) {
        throw each.wrong("is empty");
      }
      readings.add(reading);
    }
    return readings;
  }
}
