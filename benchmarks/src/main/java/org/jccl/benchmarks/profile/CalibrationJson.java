package org.jccl.benchmarks.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.TypeNames;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.cost.CalibratedModel.Correction;
import org.jccl.sim.cost.CalibratedModel.Key;
import org.jccl.sim.cost.SizeFactors;
import org.jspecify.annotations.Nullable;

/** What was fitted, in a profile file. */
final class CalibrationJson {
  private CalibrationJson() {}

  static Map<String, Object> write(Calibration calibration) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("ranks", calibration.ranks());
    json.put("type", TypeNames.of(calibration.type()));
    json.put("otherwise", factors(new LinkedHashMap<>(), calibration.otherwise()));
    json.put(
        "corrections",
        calibration.corrections().entrySet().stream()
            .sorted(Comparator.comparing(each -> each.getKey().toString()))
            .map(each -> factors(key(each.getKey()), each.getValue()))
            .toList());
    return json;
  }

  private static Map<String, Object> key(Key key) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("op", key.operation().label());
    Algorithm algorithm = key.algorithm();
    Protocol protocol = key.protocol();
    if (algorithm != null && protocol != null) {
      json.put("algorithm", algorithm.nativeName());
      json.put("protocol", protocol.nativeName());
    }
    return json;
  }

  private static Map<String, Object> factors(Map<String, Object> json, Correction correction) {
    json.put("overhead_micros", correction.overheadMicros());
    json.put("latency", correction.latency());
    json.put("transfer", correction.transfer());
    if (!correction.factors().points().isEmpty()) {
      json.put(
          "factors", correction.factors().points().stream().map(CalibrationJson::factor).toList());
    }
    return json;
  }

  private static Map<String, Object> factor(SizeFactors.Point point) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("bytes", point.bytes());
    json.put("factor", point.factor());
    return json;
  }

  static Calibration read(JsonFields json) throws BadFileException {
    JsonNode ranks = json.get("ranks");
    if (ranks.integer() < 2 || ranks.integer() > Integer.MAX_VALUE) {
      throw ranks.wrong("is " + ranks.integer() + ", expected 2 or more");
    }
    DataType type = named(json.get("type"), TypeNames::parse);
    Correction otherwise = correction(json.get("otherwise").fields());
    Map<Key, Correction> corrections = new HashMap<>();
    for (JsonNode each : json.get("corrections").elements()) {
      JsonFields fields = each.fields();
      if (corrections.put(readKey(fields), correction(fields)) != null) {
        throw each.wrong("is there twice");
      }
    }
    json.refuseOthers();
    return new Calibration((int) ranks.integer(), type, corrections, otherwise);
  }

  private static Key readKey(JsonFields json) throws BadFileException {
    Operation operation = named(json.get("op"), Operation::ofLabel);
    JsonNode algorithm = json.find("algorithm");
    @Nullable JsonNode protocol = algorithm == null ? json.find("protocol") : json.get("protocol");
    if (algorithm == null || protocol == null) {
      return new Key(operation, null, null);
    }
    return new Key(
        operation,
        named(algorithm, name -> of(Algorithm.values(), Algorithm::nativeName, name)),
        named(protocol, name -> of(Protocol.values(), Protocol::nativeName, name)));
  }

  private static Correction correction(JsonFields json) throws BadFileException {
    double overhead = json.get("overhead_micros").number();
    double latency = json.get("latency").number();
    double transfer = json.get("transfer").number();
    JsonNode factors = json.find("factors");
    SizeFactors bySize = factors == null ? SizeFactors.none() : readFactors(factors);
    json.refuseOthers();
    try {
      return new Correction(overhead, latency, transfer, bySize);
    } catch (IllegalArgumentException senseless) {
      throw MachineJson.located(json, String.valueOf(senseless.getMessage()));
    }
  }

  private static SizeFactors readFactors(JsonNode list) throws BadFileException {
    List<SizeFactors.Point> points = new ArrayList<>();
    for (JsonNode each : list.elements()) {
      JsonFields json = each.fields();
      long bytes = json.get("bytes").integer();
      double factor = json.get("factor").number();
      json.refuseOthers();
      try {
        points.add(new SizeFactors.Point(bytes, factor));
        new SizeFactors(points);
      } catch (IllegalArgumentException senseless) {
        throw MachineJson.located(json, String.valueOf(senseless.getMessage()));
      }
    }
    return new SizeFactors(points);
  }

  private static <T> T named(JsonNode node, Function<String, T> parser) throws BadFileException {
    try {
      return parser.apply(node.text());
    } catch (IllegalArgumentException unknown) {
      throw node.wrong("is '" + node.text() + "': " + unknown.getMessage());
    }
  }

  private static <T> T of(T[] values, Function<T, String> name, String wanted) {
    List<String> known = new ArrayList<>();
    for (T each : values) {
      if (name.apply(each).equals(wanted)) {
        return each;
      }
      known.add(name.apply(each));
    }
    throw new IllegalArgumentException("expected one of " + String.join(", ", known));
  }
}
