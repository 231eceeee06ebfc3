package org.jccl.benchmarks.peers;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jccl.benchmarks.peers.PeerComparison.Row;
import org.jccl.benchmarks.peers.PeerComparison.Verdict;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jspecify.annotations.Nullable;

/** {@code report.json}: all raw figures, and the comparison. Times in microseconds. */
final class ComparisonJson {
  /** Version of the format. */
  static final int FORMAT = 1;

  private static final JSON JACKSON = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private ComparisonJson() {}

  static String write(PeerResults results) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("kind", KeptResults.KIND);
    json.put("started", results.started());
    json.put("command", results.command());
    json.put("environment", results.environment());
    json.put("plan", plan(results.plan()));
    json.put("notes", results.notes());
    json.put("core_to_core_ns", results.latency());
    json.put("comparison", PeerComparison.rows(results).stream().map(ComparisonJson::row).toList());
    json.put(
        "types",
        PeerComparison.types(results).stream()
            .map(
                row ->
                    Map.of(
                        "type", row.type(),
                        "bytes", row.bytes(),
                        "us", row.micros(),
                        "elements_per_us", row.elementsPerMicro(),
                        "slower_than_float32", row.slowdown(),
                        "verdict", name(row.verdict())))
            .toList());
    json.put(
        "scale",
        PeerComparison.scale(results).stream()
            .map(
                row ->
                    Map.of(
                        "ranks", row.ranks(),
                        "calls", row.calls(),
                        "seconds", row.seconds(),
                        "open_seconds", row.openSeconds(),
                        "us_per_rank_and_call", row.microsPerRankAndCall(),
                        "verdict", name(row.verdict())))
            .toList());
    json.put("turns", results.all().map(ComparisonJson::turn).toList());
    try {
      return JACKSON.asString(json) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> plan(PeerPlan plan) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("operations", plan.ops().stream().map(PeerOperation::key).toList());
    json.put("ranks", plan.ranks());
    json.put("sizes", plan.sizes());
    json.put("rounds", plan.rounds());
    json.put("budget_ms", plan.budgetMillis());
    json.put("limit_s", plan.limit().toSeconds());
    return json;
  }

  private static Map<String, @Nullable Object> row(Row row) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("op", row.op().key());
    json.put("ranks", row.ranks());
    json.put("bytes", row.bytes());
    Map<String, Object> times = new LinkedHashMap<>();
    row.times()
        .forEach(
            (subject, time) ->
                times.put(subject, List.of(time.micros(), time.fastest(), time.slowest())));
    json.put("us_median_min_max", times);
    for (Family family : List.of(Family.OPEN_MPI, Family.GLOO)) {
      var best = row.best(family);
      json.put(family.key() + "_best", best == null ? null : best.variant());
    }
    json.put("best_peer_over_jccl", value(row.ratio()));
    json.put("peer_bar", value(Bars.timesBestPeer(row.bytes())));
    json.put("peer_verdict", name(row.againstPeers()));
    json.put("jccl_over_limit", value(row.overLimit()));
    json.put("limit_bar", value(Bars.timesLimit(row.op(), row.bytes())));
    json.put("limit_verdict", name(row.againstLimit()));
    return json;
  }

  private static Map<String, @Nullable Object> turn(Turn turn) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("subject", turn.subject());
    json.put("round", turn.round());
    json.put("command", turn.command());
    json.put("failure", turn.failure());
    json.put("seconds", turn.seconds());
    json.put("others_cpu_share", Double.isNaN(turn.others()) ? null : turn.others());
    json.put(
        "samples",
        turn.samples().stream()
            .map(
                sample ->
                    Map.of(
                        "op", sample.op(),
                        "ranks", sample.ranks(),
                        "bytes", sample.bytes(),
                        "us", sample.micros(),
                        "calls", sample.calls(),
                        "open_ms", sample.openMillis()))
            .toList());
    return json;
  }

  private static @Nullable Double value(OptionalDouble value) {
    return value.isEmpty() ? null : Double.valueOf(value.getAsDouble());
  }

  private static String name(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }
}
