package org.jccl.sim.math;

import org.jccl.DataType;

/** The factor that a floating-point average multiplies by. */
public final class AverageScalar {
  private AverageScalar() {}

  /**
   * The bits of 1/n: divided in double, rounded to float and then to the type; f64 keeps the double
   * (AVG-02).
   *
   * @throws IllegalArgumentException for integers, whose average divides at the end (AVG-01)
   */
  public static long bits(DataType type, int worldSize) {
    if (!type.isFloating()) {
      throw new IllegalArgumentException(type + " averages by a final division (AVG-01)");
    }
    double inverse = 1.0 / worldSize;
    return type.encode(type == DataType.FLOAT64 ? inverse : (float) inverse);
  }
}
