package org.jccl.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What each measured column of a report means: the one place that says it, for {@code report.json},
 * the page and the documentation.
 */
public final class Columns {
  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put(
        "bytes", "size as nccl-tests counts it: the larger of the two buffers of a rank, in bytes");
    MEANINGS.put("count", "NCCL's count argument, in elements");
    MEANINGS.put(
        "time_us",
        "time of one operation, in microseconds, by the clock that the report names; time_is says"
            + " which of the figures it is");
    MEANINGS.put(
        "time_is",
        "p50 by the clocks host, loop and queued: "
            + TimeColumn.P50.words()
            + ". mean by the clock device: "
            + TimeColumn.MEAN.words()
            + ". own_median: "
            + TimeColumn.OWN_MEDIAN.words());
    MEANINGS.put("time_fastest_rank_us", "the same of the fastest rank alone");
    MEANINGS.put("time_average_us", "the same of each rank alone, averaged over the ranks");
    MEANINGS.put("algbw_gbps", "bytes divided by time_us, in 10^9 bytes a second");
    MEANINGS.put("busbw_gbps", "algbw_gbps times the bus factor of the operation");
    MEANINGS.put("wrong", "elements that differ from the exact result, over all ranks");
    MEANINGS.put("enqueue_ns", "what a call costs its host thread: median of calls, slowest rank");
    MEANINGS.put("iterations", "operations behind the samples");
    MEANINGS.put("samples", "number of samples; each is the slowest rank's");
    MEANINGS.put(
        "operations_per_sample", "operations that one sample covers; its time is divided by this");
    MEANINGS.put("min_us", "fastest sample");
    MEANINGS.put("p50_us", "median of the samples, one of them (nearest rank)");
    MEANINGS.put("p95_us", "95th percentile of the samples, nearest rank");
    MEANINGS.put("p99_us", "99th percentile; the slowest sample where there are less than 100");
    MEANINGS.put("max_us", "slowest sample; min_us <= p50_us <= p95_us <= p99_us <= max_us");
    MEANINGS.put(
        "noisy",
        "true where p95_us is more than "
            + Measurement.NOISY
            + " times p50_us: something else ran, or the JVM was not warm; do not trust the row");
  }

  private Columns() {}

  /** What a column means, by its name in files. */
  static String meaning(String name) {
    return MEANINGS.getOrDefault(name, "");
  }

  /** The meanings by the columns' names, in their order. */
  public static Map<String, String> meanings() {
    return new LinkedHashMap<>(MEANINGS);
  }
}
