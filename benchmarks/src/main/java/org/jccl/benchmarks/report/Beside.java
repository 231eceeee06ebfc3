package org.jccl.benchmarks.report;

/**
 * The same measurement in two reports.
 *
 * @param row the row of the first
 * @param inPlace whether the in-place form is meant
 * @param first in the first report
 * @param second in the second
 */
record Beside(Row row, boolean inPlace, Measurement first, Measurement second) {
  /** What the second is of the first. */
  enum Verdict {
    /** The samples meet: nothing can be said. */
    SAME("same"),
    /** All samples up to the 95th percentile are faster. */
    FASTER("faster"),
    /** All samples up to the 95th percentile are slower. */
    SLOWER("slower");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** For people. */
    String words() {
      return words;
    }
  }

  /** The second time over the first. */
  double ratio() {
    return second.micros() / first.micros();
  }

  /** Whether one is beyond the other's samples. */
  Verdict verdict() {
    if (second.spread().min() > first.spread().p95() && ratio() > 1) {
      return Verdict.SLOWER;
    }
    return second.spread().p95() < first.spread().min() && ratio() < 1
        ? Verdict.FASTER
        : Verdict.SAME;
  }
}
