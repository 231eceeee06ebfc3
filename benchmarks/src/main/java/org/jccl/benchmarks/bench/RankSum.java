package org.jccl.benchmarks.bench;

import java.util.Arrays;

/**
 * The test of Wilcoxon, Mann and Whitney: how likely two samples of one distribution lie as far
 * apart as these. Values that follow each other in time and are alike tell less than as many
 * independent ones, as when something else ran on the machine for some of the rounds: the test is
 * weakened by the autocorrelation that the samples show.
 */
public final class RankSum {
  /** More than this cannot be told from a sample that never varies. */
  private static final double MOST_CORRELATION = 0.95;

  private RankSum() {}

  /**
   * The chance that {@code high} lies so far above {@code low}, if both are of one distribution.
   *
   * @param low one sample, in the order of time
   * @param high the other one
   * @return 0 to 1; small if {@code high} is above
   */
  public static double above(double[] low, double[] high) {
    double pairs = (double) low.length * high.length;
    double won = 0;
    for (double one : low) {
      for (double two : high) {
        won += two > one ? 1 : two == one ? 0.5 : 0;
      }
    }
    double deviation =
        Math.sqrt(pairs * (low.length + high.length + 1) / 12 * inflation(low, high));
    return 1 - normal((won - pairs / 2 - 0.5) / deviation);
  }

  /** How many values tell as much as one that is independent of the others. */
  private static double inflation(double[] low, double[] high) {
    double correlation =
        (correlation(low) * low.length + correlation(high) * high.length)
            / (low.length + high.length);
    double bounded = Math.clamp(correlation, 0, MOST_CORRELATION);
    return (1 + bounded) / (1 - bounded);
  }

  /** Of the ranks of neighbours, and not as low as short series make it seem. */
  private static double correlation(double[] values) {
    int n = values.length;
    if (n < 4) {
      return 0;
    }
    double[] ranks = ranks(values);
    double mean = (n - 1) / 2.0;
    double together = 0;
    double all = 0;
    for (int i = 0; i < n; i++) {
      all += (ranks[i] - mean) * (ranks[i] - mean);
      together += i == 0 ? 0 : (ranks[i] - mean) * (ranks[i - 1] - mean);
    }
    double seen = all == 0 ? 0 : together / all;
    return seen + (1 + 3 * seen) / n;
  }

  private static double[] ranks(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] ranks = new double[values.length];
    for (int i = 0; i < ranks.length; i++) {
      int first = first(sorted, values[i]);
      int equal = 0;
      while (first + equal < sorted.length && sorted[first + equal] == values[i]) {
        equal++;
      }
      ranks[i] = first + (equal - 1) / 2.0;
    }
    return ranks;
  }

  private static int first(double[] sorted, double value) {
    int first = 0;
    while (sorted[first] < value) {
      first++;
    }
    return first;
  }

  /** The share of the normal distribution below {@code z}: Abramowitz and Stegun 26.2.17. */
  private static double normal(double z) {
    double t = 1 / (1 + 0.2316419 * Math.abs(z));
    double tail =
        Math.exp(-z * z / 2)
            / Math.sqrt(2 * Math.PI)
            * t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return z > 0 ? 1 - tail : tail;
  }
}
