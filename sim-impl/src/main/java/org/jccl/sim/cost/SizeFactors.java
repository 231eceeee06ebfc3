package org.jccl.sim.cost;

import java.util.List;
import java.util.TreeMap;

/**
 * Factors of a time by size, as NCCL's own model has them for trees: given at some sizes, between
 * two of them by the logarithms of both, outside of all as at the nearest.
 *
 * @param points ascending by size
 */
public record SizeFactors(List<Point> points) {
  private static final SizeFactors NONE = new SizeFactors(List.of());

  /**
   * One size.
   *
   * @param bytes the size
   * @param factor by which the time is multiplied there
   */
  public record Point(long bytes, double factor) {
    /** Refuses what is no size or no factor. */
    public Point {
      if (bytes < 1) {
        throw new IllegalArgumentException("factor: bytes is " + bytes + ", expected at least 1");
      }
      if (!(factor > 0) || !Double.isFinite(factor)) {
        throw new IllegalArgumentException(
            "factor: factor is " + factor + ", expected a positive number");
      }
    }
  }

  /** With an immutable list; sizes must ascend. */
  public SizeFactors {
    points = List.copyOf(points);
    for (int i = 1; i < points.size(); i++) {
      if (points.get(i).bytes <= points.get(i - 1).bytes) {
        throw new IllegalArgumentException(
            "factor: bytes is %d, expected more than the %d before"
                .formatted(points.get(i).bytes, points.get(i - 1).bytes));
      }
    }
  }

  /** A factor of 1 at every size. */
  public static SizeFactors none() {
    return NONE;
  }

  static SizeFactors of(TreeMap<Long, Double> factors) {
    return new SizeFactors(
        factors.entrySet().stream()
            .map(each -> new Point(each.getKey(), each.getValue()))
            .toList());
  }

  /** The factor at a size. */
  double at(double bytes) {
    int above = 0;
    while (above < points.size() && points.get(above).bytes < bytes) {
      above++;
    }
    if (points.isEmpty()) {
      return 1;
    }
    if (above == 0 || above == points.size()) {
      return points.get(Math.min(above, points.size() - 1)).factor;
    }
    Point low = points.get(above - 1);
    Point high = points.get(above);
    double share = Math.log(bytes / low.bytes) / Math.log((double) high.bytes / low.bytes);
    return Math.exp((1 - share) * Math.log(low.factor) + share * Math.log(high.factor));
  }
}
