package org.jccl.benchmarks.bench;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How many times as fast one sample of times is as another, with a 95 % interval of the bootstrap:
 * medians of samples that are drawn from both again and again.
 *
 * @param value the ratio of the medians
 * @param low the interval's lower end
 * @param high the interval's upper end
 */
public record Ratio(double value, double low, double high) {
  private static final int DRAWS = 2_000;
  private static final long SEED = 17;

  /** How many times as fast {@code times} are as {@code reference}; the same for the same times. */
  public static Ratio of(double[] reference, double[] times) {
    return of(reference, times, 1);
  }

  /**
   * The same as one of so many {@code lines}: all their intervals together miss in 5 of 100 cases,
   * not each of them.
   */
  public static Ratio of(double[] reference, double[] times, int lines) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] ratios = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      ratios[i] = drawn(reference, random) / drawn(times, random);
    }
    Arrays.sort(ratios);
    return new Ratio(
        Statistics.median(reference.clone()) / Statistics.median(times.clone()),
        Statistics.percentile(ratios, 2.5 / lines),
        Statistics.percentile(ratios, 100 - 2.5 / lines));
  }

  /**
   * How many times as fast lines of {@code times} are as those of {@code references}, in the
   * geometric mean: rounds are drawn for each line by itself.
   *
   * @param references the rounds of each line
   * @param times the same lines
   */
  public static Ratio ofMean(List<double[]> references, List<double[]> times) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] means = new double[DRAWS];
    double[] ratios = new double[times.size()];
    for (int draw = 0; draw < DRAWS; draw++) {
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = drawn(references.get(i), random) / drawn(times.get(i), random);
      }
      means[draw] = mean(ratios);
    }
    Arrays.sort(means);
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] =
          Statistics.median(references.get(i).clone()) / Statistics.median(times.get(i).clone());
    }
    return new Ratio(
        mean(ratios), Statistics.percentile(means, 2.5), Statistics.percentile(means, 97.5));
  }

  private static double drawn(double[] from, SplittableRandom random) {
    double[] drawn = new double[from.length];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = from[random.nextInt(from.length)];
    }
    return Statistics.median(drawn);
  }

  /** Whether it is slower beyond noise: the whole interval lies below {@code bound}. */
  public boolean isBelow(double bound) {
    return high < bound;
  }

  /** Whether it is faster beyond noise: the whole interval lies above {@code bound}. */
  public boolean isAbove(double bound) {
    return low > bound;
  }

  /** Geometric mean; 1 of nothing. */
  public static double mean(double... ratios) {
    return Math.exp(Arrays.stream(ratios).map(Math::log).average().orElse(0));
  }
}
