package org.jccl.benchmarks.predict;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.bench.TypeNames;
import org.jspecify.annotations.Nullable;

/** Predictions for machines: a list with one object a row. Field names are a contract. */
public final class PredictionJson {
  private static final JSON JACKSON = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private final List<Map<String, Object>> rows = new ArrayList<>();

  /** Adds a row, with what was measured if something was. */
  public void row(String profile, Prediction prediction, @Nullable PredictionSample sample) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("op", prediction.workload().label());
    json.put("ranks", prediction.ranks());
    json.put("bytes", prediction.bytes());
    json.put("us", prediction.micros());
    json.put("algorithm", prediction.algorithm());
    json.put("protocol", prediction.protocol());
    json.put("channels", prediction.channels());
    json.put("type", TypeNames.of(prediction.type()));
    json.put("count", prediction.count());
    json.put("algbw_gbps", prediction.algorithmBandwidth());
    json.put("busbw_gbps", prediction.busBandwidth());
    json.put("profile", profile);
    if (sample != null) {
      json.put("measured_us", sample.micros());
      json.put("error", new ErrorTable.Pair(sample, prediction).error());
    }
    rows.add(json);
  }

  /** All rows as JSON text. */
  public String write() {
    try {
      return JACKSON.asString(rows) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
