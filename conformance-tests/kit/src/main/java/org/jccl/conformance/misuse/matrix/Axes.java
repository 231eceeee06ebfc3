package org.jccl.conformance.misuse.matrix;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * One point of the axes along which the programs of a family differ.
 *
 * @param ranks ranks of the communicator
 * @param odd the rank of it that does otherwise
 * @param way which form of the misuse, or which operation
 * @param with what else the program has
 */
record Axes(int ranks, int odd, int way, Set<Axis> with) {
  private static final int MOST_RANKS = 6;

  /** What a program has or has not. */
  enum Axis {
    /** The communicator is a child that a split made; it lacks rank 1 of the world. */
    SPLIT,
    /** The communicator is what a shrink without rank 1 of the world made. */
    SHRUNK,
    /** A stream of its own instead of the communicator's. */
    STREAM,
    /** The calls stand in a group. */
    GROUP,
    /** The calls are captured, and the graph is launched. */
    GRAPH,
    /** Legal calls come before. */
    TRAFFIC
  }

  Axes {
    with = Set.copyOf(with);
  }

  private static final Axis[] TRAFFIC = {Axis.TRAFFIC};
  private static final Axis[] NOTHING = {};

  static Axes of(int ranks, int odd, int way, Axis... with) {
    return new Axes(ranks, odd, way, Set.of(with));
  }

  /** The points that every family has: one axis after the other, then each way by itself. */
  static List<Axes> standard(int ways, int fewest, Set<Axis> allowed) {
    int three = Math.max(3, fewest);
    Set<Axes> points = new LinkedHashSet<>();
    points.add(of(Math.max(2, fewest), 1, 0));
    points.add(of(three + 2, 1, 0));
    points.add(of(three + 1, 2, 1 % ways, allowed.contains(Axis.TRAFFIC) ? TRAFFIC : NOTHING));
    for (Axis axis : Axis.values()) {
      if (allowed.contains(axis) && axis != Axis.TRAFFIC) {
        points.add(of(three, 2, axis.ordinal() % ways, axis));
        points.add(of(three, 1, 0, axis));
      }
    }
    for (int way = 0; way < ways; way++) {
      points.add(of(three, 2, way));
      points.add(of(Math.max(2, fewest), 0, way));
    }
    return List.copyOf(points);
  }

  /** Any point. */
  static Axes any(Random random, int ways, int fewest, Set<Axis> allowed) {
    int ranks = fewest + random.nextInt(MOST_RANKS + 1 - fewest);
    Set<Axis> with = EnumSet.noneOf(Axis.class);
    for (Axis axis : Axis.values()) {
      if (allowed.contains(axis) && random.nextInt(3) == 0) {
        with.add(axis);
      }
    }
    if (with.contains(Axis.SPLIT)) {
      with.remove(Axis.SHRUNK);
    }
    return new Axes(ranks, random.nextInt(ranks), random.nextInt(ways), with);
  }

  /** Simpler points next to this one, the simplest first. */
  List<Axes> simpler(int fewest) {
    List<Axes> points = new ArrayList<>();
    if (ranks > fewest) {
      points.add(with(ranks - 1));
    }
    for (Axis axis : with) {
      Set<Axis> fewer = EnumSet.copyOf(with);
      fewer.remove(axis);
      points.add(new Axes(ranks, odd, way, fewer));
    }
    return points;
  }

  /** The same with another number of ranks. */
  Axes with(int others) {
    return new Axes(others, Math.min(odd, others - 1), way, with);
  }

  boolean has(Axis axis) {
    return with.contains(axis);
  }

  /** Whether rank 1 of the world is not in the communicator. */
  boolean isChild() {
    return has(Axis.SPLIT) || has(Axis.SHRUNK);
  }

  /** Ranks of the world. */
  int world() {
    return isChild() ? ranks + 1 : ranks;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("%d ranks, odd %d, way %d".formatted(ranks, odd, way));
    for (Axis axis : EnumSet.allOf(Axis.class)) {
      text.append(has(axis) ? ", " + axis.name().toLowerCase(Locale.ROOT) : "");
    }
    return text.toString();
  }
}
