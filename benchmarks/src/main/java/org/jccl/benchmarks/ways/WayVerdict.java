package org.jccl.benchmarks.ways;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jccl.CleanText;
import org.jccl.benchmarks.bench.RankSum;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.Statistics;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.report.Units;

/**
 * Two reports line by line: a line is slower or faster only where the whole interval of the ratio
 * lies beyond what hosts differ by; of all intervals together 95 of 100 hold.
 */
public final class WayVerdict {
  /** Two runs of one program differ by so much without a cause. */
  private static final double TOLERANCE = 0.05;

  /** So many of all comparisons may call a line slower or faster that is the same. */
  private static final double ERRORS = 0.05;

  /** What one line comes to. */
  public enum Verdict {
    /** Nothing can be said, or nothing has changed. */
    SAME,
    /** Faster beyond noise. */
    FASTER,
    /** Slower beyond noise. */
    SLOWER
  }

  private WayVerdict() {}

  /**
   * The verdict of one of so many {@code lines}: {@code before} and {@code after} of the same
   * calls. What else a machine does makes some rounds slower and none faster, so the fastest rounds
   * must have changed, too.
   */
  public static Verdict of(WayTimes before, WayTimes after, int lines) {
    Verdict seen = seen(before, after, lines);
    return seen == Verdict.SAME
        ? seen
        : of(before, after, Ratio.of(before.micros(), after.micros(), lines), lines);
  }

  /** The same with the ratio, for those who have it. */
  static Verdict of(WayTimes before, WayTimes after, Ratio ratio, int lines) {
    return switch (seen(before, after, lines)) {
      case SLOWER -> ratio.isBelow(1 - TOLERANCE) ? Verdict.SLOWER : Verdict.SAME;
      case FASTER -> ratio.isAbove(1 + TOLERANCE) ? Verdict.FASTER : Verdict.SAME;
      case SAME -> Verdict.SAME;
    };
  }

  /** What the fastest rounds say, and the ranks of all. */
  private static Verdict seen(WayTimes before, WayTimes after, int lines) {
    double fastest = fastest(before) / fastest(after);
    if (fastest < 1 - TOLERANCE) {
      return isAbove(before, after, lines) ? Verdict.SLOWER : Verdict.SAME;
    }
    return fastest > 1 + TOLERANCE && isAbove(after, before, lines) ? Verdict.FASTER : Verdict.SAME;
  }

  /** Whether the rounds lie above the others, more than all lines together do by chance. */
  private static boolean isAbove(WayTimes low, WayTimes high, int lines) {
    double[] tolerated = Arrays.stream(low.micros()).map(each -> each * (1 + TOLERANCE)).toArray();
    return RankSum.above(tolerated, high.micros()) < ERRORS / 2 / lines;
  }

  /** Whether so few rounds can tell one of so many lines at all. */
  private static boolean canTell(WayTimes before, WayTimes after, int lines) {
    int most = before.micros().length;
    double[] low = IntStream.range(0, most).mapToDouble(i -> i % 2).toArray();
    double[] high = IntStream.range(0, after.micros().length).mapToDouble(i -> 2 + i % 2).toArray();
    return RankSum.above(low, high) < ERRORS / 2 / lines;
  }

  /** A tenth of the rounds are as fast. */
  private static double fastest(WayTimes times) {
    return Statistics.percentile(Arrays.stream(times.micros()).sorted().toArray(), 10);
  }

  /** The lines of {@code after} that are slower than in {@code before}. */
  public static List<WayTimes> slower(WayReport before, WayReport after) {
    int lines = after.inCommon(before);
    return after.times().stream()
        .filter(
            each -> {
              WayTimes old = before.find(each);
              return old != null && of(old, each, lines) == Verdict.SLOWER;
            })
        .toList();
  }

  /**
   * Prints a line each and the sum.
   *
   * @return how many lines are slower
   */
  public static int print(WayReport before, WayReport after, PrintWriter out) {
    out.println("# before: " + before.machine() + ", " + before.started());
    out.println("# after:  " + after.machine() + ", " + after.started());
    if (!before.machine().equals(after.machine())) {
      out.println("# the machines differ: so may the times");
    }
    int slower = 0;
    int faster = 0;
    int untold = 0;
    int compared = after.inCommon(before);
    for (WayTimes each : after.times()) {
      WayTimes old = before.find(each);
      if (old == null) {
        continue;
      }
      Ratio ratio = Ratio.of(old.micros(), each.micros(), compared);
      untold += canTell(old, each, compared) ? 0 : 1;
      Verdict verdict = of(old, each, ratio, compared);
      slower += verdict == Verdict.SLOWER ? 1 : 0;
      faster += verdict == Verdict.FASTER ? 1 : 0;
      out.println(
          String.format(
              Locale.ROOT,
              "%-14s %10s  %-20s %9.2f -> %9.2f us  %5.2f x (%4.2f-%4.2f)  %s",
              each.operation(),
              Units.bytes(each.bytes()),
              each.way(),
              old.median(),
              each.median(),
              ratio.value(),
              ratio.low(),
              ratio.high(),
              verdict.name().toLowerCase(Locale.ROOT)));
    }
    out.println(
        "# %s compared: %d slower, %d faster, %d the same"
            .formatted(
                CleanText.count(compared, "line"), slower, faster, compared - slower - faster));
    if (untold > 0) {
      out.println(
          "# too few rounds for a verdict on %s among so many: measure with more --rounds"
              .formatted(CleanText.count(untold, "line")));
    }
    if (compared == 0) {
      out.println("# the reports have no line in common");
    }
    out.flush();
    return slower;
  }
}
