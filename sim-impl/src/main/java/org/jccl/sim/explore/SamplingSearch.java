package org.jccl.sim.explore;

import java.util.HashSet;
import java.util.Set;

/** One schedule after the other, each from a number of its own. */
final class SamplingSearch implements Search {
  /** Makes the guide of a run. */
  @FunctionalInterface
  interface Lots {
    /**
     * @param number the number of the run, from 0
     * @param length how many decisions the longest run had so far
     */
    Guide of(int number, int length);
  }

  private final Lots guides;
  private final Set<Long> classes = new HashSet<>();
  private int begun;
  private int length;
  private long runs;

  SamplingSearch(Lots guides) {
    this.guides = guides;
  }

  @Override
  public Guide next() {
    return guides.of(begun++, length);
  }

  @Override
  public void done(Guide guide, Course course) {
    runs++;
    length = Math.max(length, course.taken().size());
    classes.add(course.classHash());
  }

  @Override
  public boolean isComplete() {
    return false;
  }

  @Override
  public long schedules() {
    return runs;
  }

  @Override
  public String coverage() {
    return Counted.schedules(runs)
        + ", of which "
        + classes.size()
        + " differ in the order of conflicts";
  }
}
