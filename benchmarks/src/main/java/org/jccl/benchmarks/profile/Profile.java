package org.jccl.benchmarks.profile;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jccl.DataType;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
import org.jspecify.annotations.Nullable;

/**
 * A machine as predictions see it.
 *
 * @param name for people
 * @param machine its facts, from which NCCL's choices follow
 * @param version version code of NCCL, for example 22809
 * @param origin where it was measured; null if it was not
 * @param calibrations what was fitted; empty if it was not measured
 */
public record Profile(
    String name,
    GpuProfile machine,
    int version,
    @Nullable Origin origin,
    List<Calibration> calibrations) {
  /** With an immutable list. */
  public Profile {
    calibrations = List.copyOf(calibrations);
  }

  /**
   * A built-in profile, uncalibrated.
   *
   * @throws IllegalArgumentException if there is none of that name; it lists those there are
   */
  public static Profile builtIn(String name) {
    return new Profile(name, GpuProfile.of(name), Simulator.DEFAULT_VERSION, null, List.of());
  }

  /** The calibration that is nearest: by ranks first, then by type. */
  public Optional<Calibration> calibration(int ranks, DataType type) {
    return calibrations.stream()
        .min(
            Comparator.comparingDouble((Calibration each) -> distance(each.ranks(), ranks))
                .thenComparingInt(each -> distance(each.type(), type)));
  }

  private static double distance(int a, int b) {
    return Math.abs(Math.log((double) a / b));
  }

  private static int distance(DataType a, DataType b) {
    return a == b ? 0 : a.bytes() == b.bytes() ? 1 : 2;
  }
}
