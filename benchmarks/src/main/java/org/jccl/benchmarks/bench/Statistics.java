package org.jccl.benchmarks.bench;

import java.util.Arrays;
import org.jccl.benchmarks.report.Spread;

/** Order statistics of small samples. */
public final class Statistics {
  private Statistics() {}

  /**
   * The value that {@code percent} percent of the samples do not exceed: always one of the samples
   * (nearest rank), so that nothing is made up between two of them.
   */
  public static double percentile(double[] sorted, double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.clamp(rank, 1, sorted.length) - 1];
  }

  /** The middle value; sorts {@code samples}. */
  public static double median(double[] samples) {
    Arrays.sort(samples);
    return percentile(samples, 50);
  }

  /** Describes {@code samples} of which each is the time of one out of {@code operations}. */
  static Spread spread(double[] samples, int operations) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return new Spread(
        sorted.length,
        operations,
        sorted[0],
        percentile(sorted, 50),
        percentile(sorted, 95),
        percentile(sorted, 99),
        sorted[sorted.length - 1]);
  }
}
