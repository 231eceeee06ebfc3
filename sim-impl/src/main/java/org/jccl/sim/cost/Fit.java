package org.jccl.sim.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.cost.CalibratedModel.Correction;
import org.jccl.sim.cost.CalibratedModel.Key;
import org.jspecify.annotations.Nullable;

/**
 * Fits a {@link CalibratedModel} to measured times: the corrections with the least relative errors.
 * Deterministic; a few outliers change little, because large errors count by their size and not by
 * its square.
 */
public final class Fit {
  private static final double SMALL = 0.03;
  private static final double KEEP_LATENCY = 0.01;
  private static final double KEEP_BANDWIDTH = 0.01;
  private static final double FIRST_STEP = 0.5;
  private static final double LAST_STEP = 1e-4;
  private static final int MOST_ROUNDS = 10_000;
  private static final double[] STARTS = {0.3, 1, 2};
  private static final double LEAST = 1e-3;
  private static final double MOST = 1e6;

  private final NcclModel base;

  /** One point as the model sees it. */
  private record Sample(double latency, double transfer, long bytes, double micros) {}

  /**
   * One measured call.
   *
   * @param bytes the larger of the two buffers ({@link Operation#measuredBytes})
   * @param micros how long it took
   * @param choice how it was carried out; null for what the base model would choose
   */
  public record Point(
      Operation operation,
      DataType type,
      int ranks,
      long bytes,
      double micros,
      @Nullable Choice choice) {
    /** Refuses times and sizes that nobody can have measured. */
    public Point {
      if (!(micros > 0 && micros < 1e12) || bytes < 1 || ranks < 2) {
        throw new IllegalArgumentException(
            "%s of %d bytes among %d ranks in %s µs: expected a byte, two ranks, a positive time"
                .formatted(operation.label(), bytes, ranks, micros));
      }
    }
  }

  private Fit(NcclModel base) {
    this.base = base;
  }

  /**
   * The model that fits {@code points} best.
   *
   * @param name what it shall be called
   * @param base the model to correct
   * @throws IllegalArgumentException if there are no points
   */
  public static CalibratedModel of(String name, NcclModel base, List<Point> points) {
    if (points.isEmpty()) {
      throw new IllegalArgumentException("no measured points to fit '" + name + "' to");
    }
    Fit fit = new Fit(base);
    Map<Key, List<Sample>> samples = new LinkedHashMap<>();
    List<Sample> all = new ArrayList<>();
    for (Point point : points) {
      Choice choice = fit.choice(point);
      Sample sample = fit.sample(point, choice);
      samples
          .computeIfAbsent(Key.of(point.operation, choice), none -> new ArrayList<>())
          .add(sample);
      all.add(sample);
    }
    Map<Key, Correction> corrections = new LinkedHashMap<>();
    samples.forEach((key, each) -> corrections.put(key, withFactors(best(each), each)));
    return new CalibratedModel(name, base, corrections, best(all));
  }

  private @Nullable Choice choice(Point point) {
    if (point.choice != null) {
      return point.choice;
    }
    Operation operation = point.operation;
    long count = operation.countFor(point.bytes, point.ranks, point.type.bytes());
    return base.tuner(point.ranks).choose(operation, point.type, false, Math.max(1, count));
  }

  private Sample sample(Point point, @Nullable Choice choice) {
    Operation operation = point.operation;
    if (choice == null) {
      long sent = (long) (point.bytes * operation.busFactor().of(point.ranks));
      return new Sample(base.messageLatency(), sent / base.messageBandwidth(), sent, point.micros);
    }
    Tuner tuner = base.tuner(point.ranks);
    double latency = tuner.latency(operation, choice.algorithm(), choice.protocol());
    double whole = base.collective(tuner, operation, choice, point.bytes);
    if (whole < 0) {
      throw new IllegalArgumentException(
          "%s was measured with %s, which profile '%s' does not have"
              .formatted(operation.label(), choice, base.profile()));
    }
    return new Sample(latency, Math.max(0, whole - latency), point.bytes, point.micros);
  }

  private static Correction best(List<Sample> samples) {
    double least = samples.stream().mapToDouble(Sample::micros).min().orElse(1);
    return Arrays.stream(STARTS)
        .boxed()
        .flatMap(
            latency ->
                Arrays.stream(STARTS)
                    .mapToObj(
                        overhead -> descend(new double[] {overhead * least, latency, 1}, samples)))
        .min(Comparator.comparingDouble(each -> error(each, samples)))
        .map(Fit::correction)
        .orElseThrow();
  }

  /** What is left at each size; of several points there the median, so that one may be wrong. */
  private static Correction withFactors(Correction smooth, List<Sample> samples) {
    Map<Long, List<Double>> left = new TreeMap<>();
    for (Sample each : samples) {
      left.computeIfAbsent(each.bytes, none -> new ArrayList<>())
          .add(each.micros / smooth.smooth(each.latency, each.transfer));
    }
    TreeMap<Long, Double> factors = new TreeMap<>();
    left.forEach(
        (bytes, some) ->
            factors.put(bytes, some.stream().sorted().toList().get((some.size() - 1) / 2)));
    return new Correction(
        smooth.overheadMicros(), smooth.latency(), smooth.transfer(), SizeFactors.of(factors));
  }

  /** Steps along each axis, by factors; smaller ones when none helps. */
  private static double[] descend(double[] start, List<Sample> samples) {
    double[] best = start.clone();
    double least = error(best, samples);
    double step = FIRST_STEP;
    for (int round = 0; step > LAST_STEP && round < MOST_ROUNDS; round++) {
      boolean better = false;
      for (int axis = 0; axis < best.length; axis++) {
        for (int sign = -1; sign <= 1; sign += 2) {
          double[] next = best.clone();
          next[axis] = Math.clamp(next[axis] * Math.exp(sign * step), LEAST, MOST);
          double error = error(next, samples);
          if (error < least) {
            least = error;
            best = next;
            better = true;
          }
        }
      }
      step = better ? step : step / 2;
    }
    return best;
  }

  private static Correction correction(double[] parameters) {
    return new Correction(parameters[0], parameters[1], parameters[2]);
  }

  /**
   * Sum of relative errors, rounded off near 0. Where the points cannot tell overhead from latency,
   * as with one number of ranks, NCCL's own latency is kept; where there is but one, its bandwidth
   * too.
   */
  private static double error(double[] parameters, List<Sample> samples) {
    Correction correction = correction(parameters);
    double sum =
        KEEP_LATENCY * Math.abs(Math.log(parameters[1]))
            + KEEP_BANDWIDTH * Math.abs(Math.log(parameters[2]));
    for (Sample each : samples) {
      double off = Math.log(correction.smooth(each.latency, each.transfer) / each.micros);
      sum += Math.sqrt(SMALL * SMALL + off * off);
    }
    return sum;
  }
}
