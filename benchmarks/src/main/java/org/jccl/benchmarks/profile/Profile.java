package org.jccl.benchmarks.profile;

import org.jccl.sim.algo.GpuProfile;
import org.jspecify.annotations.Nullable;

/**
 * A machine as predictions see it.
 *
 * @param name for people
 * @param machine its facts, from which NCCL's choices follow
 * @param origin where it was measured; null if it was not
 */
public record Profile(String name, GpuProfile machine, @Nullable Origin origin) {
  /**
   * A built-in profile, uncalibrated.
   *
   * @throws IllegalArgumentException if there is none of that name; it lists those there are
   */
  public static Profile builtIn(String name) {
    return new Profile(name, GpuProfile.of(name), null);
  }
}
