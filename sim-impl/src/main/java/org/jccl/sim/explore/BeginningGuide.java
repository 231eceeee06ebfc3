package org.jccl.sim.explore;

import java.util.List;
import java.util.Set;
import org.jccl.sim.kernel.Choices;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.SimStep;

/**
 * Runs a given beginning, event by event, and then first come, first served. Ranks that are put off
 * run only where nothing else can.
 */
final class BeginningGuide implements Guide {
  private final int[] world;
  private final List<Transition.Place> places;
  private final Set<Integer> putOff;
  private int asked;
  private int at;
  private boolean lost;

  BeginningGuide(int[] world, List<Transition.Place> places, Set<Integer> putOff) {
    this.world = world;
    this.places = places;
    this.putOff = putOff;
  }

  int[] world() {
    return world;
  }

  Set<Integer> putOff() {
    return putOff;
  }

  /** Whether the beginning could not be run. */
  boolean isLost() {
    return lost;
  }

  @Override
  public int world(Choices.Point point, int options) {
    return world[asked++];
  }

  @Override
  public int next(Choices.Point point, List<SimStep> candidates, RunLog log) {
    while (at < places.size() && isDone(places.get(at), log)) {
      at++;
    }
    if (at >= places.size() || lost) {
      return firstNotPutOff(candidates);
    }
    Transition.Place place = places.get(at);
    for (int i = 0; i < candidates.size(); i++) {
      if (place.is(candidates.get(i))) {
        at += place.isHost() ? 0 : 1;
        return i;
      }
    }
    if (point != Choices.Point.NEXT_STEP) {
      return 0; // a rank comes to the end of its piece, as far as it can be seen without effect
    }
    lost = true;
    return 0;
  }

  private static boolean isDone(Transition.Place place, RunLog log) {
    return place.isHost() && log.ordinal(place.rank()) >= place.ordinal();
  }

  private int firstNotPutOff(List<SimStep> candidates) {
    for (int i = 0; i < candidates.size(); i++) {
      if (!(candidates.get(i) instanceof HostTask task && putOff.contains(task.rank()))) {
        return i;
      }
    }
    return 0;
  }
}
