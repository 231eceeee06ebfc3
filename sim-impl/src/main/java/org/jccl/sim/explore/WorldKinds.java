package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.sim.kernel.Choices;

/** The kinds of worlds that a search runs in: each is an option of each thing that is varied. */
final class WorldKinds {
  private final List<Variation> varied;
  private final Set<ChoiceStream> begun = new HashSet<>();

  WorldKinds(Collection<Variation> varied) {
    this.varied = List.copyOf(varied);
  }

  /** All of them. */
  List<int[]> all() {
    List<int[]> all = new ArrayList<>();
    all.add(new int[varied.size()]);
    for (int place = 0; place < varied.size(); place++) {
      for (int[] known : List.copyOf(all)) {
        all.addAll(others(known, place));
      }
    }
    return all;
  }

  /** Those in which a search begins: it goes into the others where a run depends on it. */
  List<int[]> first() {
    List<int[]> first = new ArrayList<>();
    for (int[] world : all()) {
      boolean isFirst = true;
      for (int place = 0; place < world.length; place++) {
        isFirst &= world[place] == 0 || varied.get(place).isAlwaysSeen();
      }
      if (isFirst) {
        first.add(world);
      }
    }
    return notBegun(first);
  }

  /**
   * The worlds not begun before in which a run may go another way that was done in {@code world}.
   */
  List<int[]> besides(int[] world, Set<Choices.Point> dependsOn) {
    List<int[]> others = new ArrayList<>();
    for (int place = 0; place < world.length; place++) {
      if (world[place] == 0 && dependsOn.contains(varied.get(place).point())) {
        others.addAll(others(world, place));
      }
    }
    return notBegun(others);
  }

  private List<int[]> notBegun(List<int[]> worlds) {
    return worlds.stream().filter(world -> begun.add(ChoiceStream.of(world))).toList();
  }

  private List<int[]> others(int[] world, int place) {
    List<int[]> others = new ArrayList<>();
    for (int option = 1; option < varied.get(place).options(); option++) {
      int[] other = Arrays.copyOf(world, world.length);
      other[place] = option;
      others.add(other);
    }
    return others;
  }
}
