package org.jccl.benchmarks.report;

/**
 * One operation at one size, measured in one form (out of place or in place).
 *
 * @param micros time of one operation in microseconds, the slowest rank's: by the device's clock
 *     the mean over all iterations, by the host's the median of the samples
 * @param microsFastestRank the fastest rank's time
 * @param microsAverage the mean over ranks; nccl-tests prints that by default
 * @param algorithmBandwidth bytes over time, in GB/s (10^9 bytes)
 * @param busBandwidth algorithm bandwidth times the operation's bus factor
 * @param wrong elements that differ from the exact result, summed over ranks; {@link #UNCHECKED}
 * @param enqueueNanos what one call costs its host thread, in nanoseconds: median over calls,
 *     maximum over ranks
 * @param iterations operations behind {@code micros}
 * @param spread the distribution of single samples
 */
public record Measurement(
    double micros,
    double microsFastestRank,
    double microsAverage,
    double algorithmBandwidth,
    double busBandwidth,
    long wrong,
    double enqueueNanos,
    int iterations,
    Spread spread) {
  /** Value of {@link #wrong} when results were not checked. */
  public static final long UNCHECKED = -1;

  /** So many medians is a 95th percentile that says: do not trust this row. */
  public static final int NOISY = 5;

  /** Whether results were compared with the exact ones. */
  public boolean isChecked() {
    return wrong != UNCHECKED;
  }

  /**
   * Whether the samples scatter so much that something else must have run, or the JVM was not warm
   * yet: the 95th percentile is more than {@value #NOISY} medians.
   */
  public boolean isNoisy() {
    return spread.p95() > NOISY * spread.p50();
  }

  /** Whether the number counts for nothing because the results were wrong. */
  public boolean isWrong() {
    return wrong > 0;
  }
}
