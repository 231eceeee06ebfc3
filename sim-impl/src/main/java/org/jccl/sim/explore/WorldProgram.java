package org.jccl.sim.explore;

import org.jspecify.annotations.Nullable;

/** What is run in each schedule: anything that uses the simulated world it is given. */
@FunctionalInterface
public interface WorldProgram {
  /**
   * Runs once, in one schedule. Whatever it throws is a failure of that schedule.
   *
   * @param world the world, which is closed afterwards
   * @return what came of it, if it should count among the outcomes: a value with {@code equals}; or
   *     null
   * @throws Exception what it throws
   */
  @Nullable Object run(ExploredWorld world) throws Exception;
}
