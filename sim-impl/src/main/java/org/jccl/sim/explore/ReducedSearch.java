package org.jccl.sim.explore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All schedules that differ: one of each class of runs that order conflicting events in the same
 * way.
 *
 * <p>It runs one schedule, and from then on each beginning that follows from a run by a reversal
 * ({@link Reversal}), unless that was run before. This reaches every class. For let a class be
 * missing, and let it have the longest beginning in common with a run that was done. Its next event
 * behind that beginning comes later in the run, behind something that it conflicts with; the
 * nearest such conflict is reversed, so that a run with one conflict less before that event was
 * done, and in the end one with the event itself behind the beginning.
 *
 * <p>A rank's failure ends what is steered. What the others would have done instead is found by
 * putting that rank off.
 *
 * <p>It begins in the usual world. It goes into one with a property that is another one only if
 * some run depends on that property: else all runs there are the same.
 */
final class ReducedSearch implements Search {
  private final Deque<BeginningGuide> open = new ArrayDeque<>();
  private final WorldKinds worlds;
  private final Set<Long> begun = new HashSet<>();
  private final Set<Long> classes = new HashSet<>();
  private long runs;
  private long lost;

  /** {@code worlds} are the kinds of worlds that there are. */
  ReducedSearch(WorldKinds worlds) {
    this.worlds = worlds;
    worlds.first().forEach(this::begin);
  }

  private void begin(int[] world) {
    open.add(new BeginningGuide(world, List.of(), Set.of()));
  }

  @Override
  public @Nullable Guide next() {
    return open.pollFirst();
  }

  @Override
  public void done(Guide guide, Course course) {
    BeginningGuide own = (BeginningGuide) guide;
    runs++;
    lost += own.isLost() ? 1 : 0;
    worlds.besides(own.world(), course.dependsOn()).forEach(this::begin);
    if (!classes.add(course.classHash())) {
      return;
    }
    Reversal reversal = new Reversal(course.log().events());
    for (Reversal.Beginning each : reversal.all()) {
      add(own, each, Set.of());
    }
    if (course.failedRank() >= 0) {
      Transition last = course.failedEvent();
      if (last != null) {
        Set<Integer> putOff = new TreeSet<>(own.putOff());
        putOff.add(course.failedRank());
        for (Reversal.Beginning each : reversal.without(last)) {
          add(own, each, putOff);
        }
      }
    }
  }

  private void add(BeginningGuide from, Reversal.Beginning beginning, Set<Integer> putOff) {
    long hash = beginning.hash() ^ Hashes.mix(putOff.hashCode());
    for (int each : from.world()) {
      hash = Hashes.mix(hash + each);
    }
    if (begun.add(hash)) {
      open.add(new BeginningGuide(from.world(), beginning.places(), putOff));
    }
  }

  @Override
  public boolean isComplete() {
    return open.isEmpty();
  }

  @Override
  public long schedules() {
    return classes.size();
  }

  @Override
  public String coverage() {
    return Counted.schedules(classes.size())
        + (classes.size() == 1 ? "" : " that differ")
        + ", in "
        + Counted.runs(runs)
        + (lost == 0 ? "" : ", of which " + lost + " could not be steered as meant");
  }
}
