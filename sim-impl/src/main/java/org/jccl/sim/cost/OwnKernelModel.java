package org.jccl.sim.cost;

import java.util.List;
import org.jccl.sim.cost.SizeFactors.Point;

/**
 * What jccl's own kernels take on a GPU, by the bytes that a rank gets from each other one: of
 * prepared calls, so that no host was waited for. Measured on 2 H200 ({@code
 * docs/reports/kernels}); call by call the host needs 3.6 to 4 microseconds for each.
 */
public final class OwnKernelModel {
  /** Above the largest message that was measured, the bytes count. */
  private static final double BYTES_A_MICRO = 82_000;

  private static final long LARGEST = 256 << 10;

  private static final SizeFactors MICROS =
      new SizeFactors(
          List.of(
              new Point(512, 2.15),
              new Point(2 << 10, 2.30),
              new Point(4 << 10, 2.60),
              new Point(16 << 10, 2.62),
              new Point(32 << 10, 2.80),
              new Point(128 << 10, 3.25),
              new Point(LARGEST, 4.79)));

  private OwnKernelModel() {}

  /** How long a call takes whose ranks get so many bytes from each other, in nanoseconds. */
  public static long nanos(long bytes) {
    return Math.round(CostModel.NANOS * micros(bytes));
  }

  /** The same in microseconds. */
  public static double micros(long bytes) {
    return MICROS.at(Math.max(1, bytes)) + Math.max(0, bytes - LARGEST) / BYTES_A_MICRO;
  }
}
