package org.jccl.sim.explore;

import org.jspecify.annotations.Nullable;

/**
 * Which runs are done, and what follows from each. Asked by several threads, one at a time: its
 * user holds a lock.
 */
interface Search {
  /** What takes the decisions of the next run; null if there is none now. */
  @Nullable Guide next();

  /** The run of {@code guide} is over. */
  void done(Guide guide, Course course);

  /** Whether all that it looks for was run, once {@link #next} has nothing more. */
  boolean isComplete();

  /** How many schedules that differ were run. */
  long schedules();

  /** What was covered, in words. */
  String coverage();
}
