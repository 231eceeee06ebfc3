package org.jccl.sim.cost;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jccl.sim.algo.SymmetricKernel;
import org.jccl.sim.cost.SizeFactors.Point;

/**
 * What symmetric kernels take on a GPU, as a part of NCCL's estimate, by size: of calls in windows
 * with 32 thread blocks that were prepared, so that no host was waited for. Measured on 2 H200
 * without multicast, NCCL 2.28.9 ({@code docs/reports/tuned}); for other machines a guess.
 */
final class SymmetricTimes {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  private static final Map<SymmetricKernel, SizeFactors> FACTORS =
      new EnumMap<>(
          Map.of(
              SymmetricKernel.ALL_REDUCE_LL, small(.827, .761, .765, .825, .781),
              SymmetricKernel.ALL_REDUCE_LOAD, large(.899, .981, 1.046, 1.027, 1.018),
              SymmetricKernel.ALL_GATHER_LL, small(.793, .750, .765, .816, .827),
              SymmetricKernel.ALL_GATHER_STORE, large(.835, 1.008, 1.016, .989, .957),
              SymmetricKernel.REDUCE_SCATTER_LL, small(.800, .827, .809, .843, .846),
              SymmetricKernel.REDUCE_SCATTER_LOAD, large(.758, .968, 1.072, 1.057, 1.049)));

  private SymmetricTimes() {}

  private static SizeFactors small(double a, double b, double c, double d, double e) {
    return at(new long[] {8, 64, 512, 4 * KIB, 32 * KIB}, a, b, c, d, e);
  }

  private static SizeFactors large(double a, double b, double c, double d, double e) {
    return at(new long[] {256 * KIB, 2 * MIB, 16 * MIB, 128 * MIB, 512 * MIB}, a, b, c, d, e);
  }

  private static SizeFactors at(long[] bytes, double... factors) {
    Point[] points = new Point[bytes.length];
    for (int i = 0; i < points.length; i++) {
      points[i] = new Point(bytes[i], factors[i]);
    }
    return new SizeFactors(List.of(points));
  }

  /**
   * Microseconds of a call.
   *
   * @param bytes the larger of the two buffers
   * @param estimate NCCL's own, in microseconds
   */
  static double micros(SymmetricKernel kernel, long bytes, double estimate) {
    SizeFactors factors = FACTORS.get(kernel);
    return factors == null ? estimate : estimate * factors.at(bytes);
  }
}
