package org.jccl.benchmarks.report;

/** Which of the figures the time of a measurement is: {@code time_is} in files. */
public enum TimeColumn {
  /** The median of the samples: {@code time_us} equals {@code p50_us}. */
  P50("p50", "time_us is p50_us, the median of the samples"),

  /** By the clock device: a mean of another run than the samples'. */
  MEAN(
      "mean",
      "time_us is the slowest rank's mean over one uninterrupted run of all iterations, as nccl-tests"
          + " measures; the samples are of a second run, in which an event after each iteration costs"
          + " a little, so time_us may lie below min_us"),

  /** In reports of an older jccl. */
  OWN_MEDIAN(
      "own_median",
      "this report is of an older jccl: time_us is the median of the slowest rank's own samples, while"
          + " each sample is that of the rank that was slowest in it, so time_us may lie below min_us");

  private final String label;
  private final String words;

  TimeColumn(String label, String words) {
    this.label = label;
    this.words = words;
  }

  /** The word for it in files. */
  public String label() {
    return label;
  }

  /** What it means, in one sentence. */
  public String words() {
    return words;
  }
}
