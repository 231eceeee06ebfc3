package org.jccl.benchmarks.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The axes that all diagrams of a page share, so that they can be compared at a glance.
 *
 * @param sizes the horizontal one
 * @param times the vertical one of times, microseconds
 * @param bandwidths the vertical one of bus bandwidths, GB/s
 */
record PageAxes(AxisScale sizes, AxisScale times, AxisScale bandwidths) {
  /** A sample beyond so many medians would squeeze all lines: its whisker leaves the diagram. */
  private static final double FAR = 4;

  /** Axes on which all rows have their place. */
  static PageAxes of(List<Row> rows) {
    var sizes = rows.stream().mapToDouble(Row::bytes).filter(v -> v > 0).summaryStatistics();
    var times =
        all(rows, each -> Math.min(each.micros(), each.spread().min()), PageAxes::high)
            .filter(v -> v > 0)
            .summaryStatistics();
    var bandwidths =
        all(rows, Measurement::busBandwidth, Measurement::busBandwidth)
            .filter(v -> v > 0)
            .summaryStatistics();
    return new PageAxes(
        sizes.getCount() == 0
            ? AxisScale.Binary.of(1, 2)
            : AxisScale.Binary.of(sizes.getMin(), sizes.getMax()),
        decimal(times.getCount(), times.getMin(), times.getMax()),
        decimal(bandwidths.getCount(), bandwidths.getMin(), bandwidths.getMax()));
  }

  private static double high(Measurement each) {
    double most = FAR * Math.max(each.micros(), each.spread().p50());
    return Math.max(each.micros(), Math.min(each.spread().p95(), most));
  }

  private static DoubleStream all(
      List<Row> rows, ToDoubleFunction<Measurement> low, ToDoubleFunction<Measurement> high) {
    return rows.stream()
        .flatMap(Row::measurements)
        .flatMap(each -> Stream.of(low.applyAsDouble(each), high.applyAsDouble(each)))
        .mapToDouble(Double::doubleValue);
  }

  private static AxisScale decimal(long count, double min, double max) {
    return count == 0 ? AxisScale.Decimal.of(1, 10) : AxisScale.Decimal.of(min, max);
  }
}
