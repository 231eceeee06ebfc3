package org.jccl.benchmarks.predict;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jccl.benchmarks.bench.Statistics;
import org.jccl.benchmarks.bench.TypeNames;

/**
 * How far predictions are from measurements, size by size and for each operation, type and number
 * of ranks.
 */
public final class ErrorTable {
  /**
   * A prediction beside its measurement.
   *
   * @param sample what was measured
   * @param prediction what was predicted for it
   */
  public record Pair(PredictionSample sample, Prediction prediction) {
    /** Prediction over measurement, minus 1: 0.1 is ten percent too slow. */
    public double error() {
      return prediction.micros() / sample.micros() - 1;
    }
  }

  /**
   * Errors in short, without their signs.
   *
   * @param sizes how many sizes
   * @param median the median
   * @param p95 the 95th percentile, nearest rank
   */
  public record Summary(int sizes, double median, double p95) {
    /** Of several pairs; not for none. */
    static Summary of(List<Pair> pairs) {
      double[] errors = pairs.stream().mapToDouble(pair -> Math.abs(pair.error())).toArray();
      Arrays.sort(errors);
      return new Summary(
          errors.length, Statistics.percentile(errors, 50), Statistics.percentile(errors, 95));
    }
  }

  private final List<Pair> pairs = new ArrayList<>();

  /** Adds one size. */
  public void add(PredictionSample sample, Prediction prediction) {
    pairs.add(new Pair(sample, prediction));
  }

  /** Whether nothing was added. */
  public boolean isEmpty() {
    return pairs.isEmpty();
  }

  /** All of it. */
  public Summary summary() {
    return Summary.of(pairs);
  }

  /** Each operation, type and number of ranks on its own, in the order of their first sizes. */
  public Map<String, Summary> summaries() {
    Map<String, List<Pair>> series = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      PredictionSample sample = pair.sample();
      String name =
          "%-14s %-8s %5d"
              .formatted(sample.workload().label(), TypeNames.of(sample.type()), sample.ranks());
      series.computeIfAbsent(name, any -> new ArrayList<>()).add(pair);
    }
    Map<String, Summary> all = new LinkedHashMap<>();
    series.forEach((name, some) -> all.put(name, Summary.of(some)));
    return all;
  }

  /** The summaries as a table. */
  public void print(PrintWriter out) {
    out.printf("# %-14s %-8s %5s %6s %8s %8s%n", "op", "type", "ranks", "sizes", "median", "p95");
    summaries().forEach((name, each) -> line(out, name, each));
    line(out, "%-29s".formatted("all"), summary());
    out.flush();
  }

  private static void line(PrintWriter out, String name, Summary each) {
    out.printf(
        Locale.ROOT,
        "  %s %6d %7.1f%% %7.1f%%%n",
        name,
        each.sizes(),
        100 * each.median(),
        100 * each.p95());
  }

  /** Every size, as tab-separated values. */
  public String toTsv() {
    StringBuilder text =
        new StringBuilder(
            "op\ttype\tranks\tbytes\tmeasured_us\tpredicted_us\terror\talgorithm\tprotocol"
                + "\tchannels\n");
    for (Pair pair : pairs) {
      PredictionSample sample = pair.sample();
      Prediction prediction = pair.prediction();
      text.append(
          String.format(
              Locale.ROOT,
              "%s\t%s\t%d\t%d\t%.3f\t%.3f\t%.4f\t%s\t%s\t%d%n",
              sample.workload().label(),
              TypeNames.of(sample.type()),
              sample.ranks(),
              sample.bytes(),
              sample.micros(),
              prediction.micros(),
              pair.error(),
              prediction.algorithm(),
              prediction.protocol(),
              prediction.channels()));
    }
    return text.toString();
  }
}
