package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** Maps values to a position between 0 and 1 along an axis, and knows where to put the ticks. */
public sealed interface AxisScale {
  /** Where {@code value} lies: 0 at the low end, 1 at the high end. */
  double position(double value);

  /** The values to label, ascending, all inside the scale. */
  List<Double> ticks();

  /** Powers of two from the smallest to the largest value; at most seven labels. */
  record Binary(double low, double high) implements AxisScale {
    /** A scale that holds both, and nothing below 1: there is no size of which that is a power. */
    public static Binary of(double min, double max) {
      double low = Math.max(1, min);
      return max > low ? new Binary(low, max) : new Binary(low / 2, low * 2);
    }

    @Override
    public double position(double value) {
      return Math.log(Math.max(value, low) / low) / Math.log(high / low);
    }

    @Override
    public List<Double> ticks() {
      int first = (int) Math.ceil(log2(low) - 1e-9);
      int last = (int) Math.floor(log2(high) + 1e-9);
      int step = Math.max(1, (int) Math.ceil((last - first) / 6.0));
      List<Double> ticks = new ArrayList<>();
      for (int exponent = first; exponent <= last; exponent += step) {
        ticks.add(Math.scalb(1.0, exponent));
      }
      return ticks;
    }

    private static double log2(double value) {
      return Math.log(value) / Math.log(2);
    }
  }

  /** Decades, with 2 and 5 between them where there is room. */
  record Decimal(double low, double high) implements AxisScale {
    private static final double[] STEPS = {1, 2, 5, 10};

    /** Nothing that is measured is smaller; there is no place for 0. */
    private static final double SMALLEST = 1e-9;

    /** A scale that holds both. */
    public static Decimal of(double least, double most) {
      double min = Math.max(least, SMALLEST);
      double max = Math.max(most, min);
      double low = 0;
      double high = 0;
      for (double mantissa : STEPS) {
        double floor = mantissa * decade(min);
        low = floor <= min * 1.0001 ? floor : low;
        double ceiling = mantissa * decade(max);
        high = high < max * 0.9999 ? ceiling : high;
      }
      return low < high ? new Decimal(low, high) : new Decimal(low, low * 10);
    }

    @Override
    public double position(double value) {
      // One rank moves nothing over a bus: its bandwidth is 0 and lies on the axis.
      return Math.log(Math.max(value, low) / low) / Math.log(high / low);
    }

    @Override
    public List<Double> ticks() {
      boolean dense = high / low < 2000;
      List<Double> ticks = new ArrayList<>();
      for (double decade = decade(low); decade <= high * 1.0001; decade *= 10) {
        for (double mantissa : dense ? new double[] {1, 2, 5} : new double[] {1}) {
          double tick = mantissa * decade;
          if (tick >= low * 0.9999 && tick <= high * 1.0001) {
            ticks.add(tick);
          }
        }
      }
      return ticks;
    }

    private static double decade(double value) {
      return Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
    }
  }
}
