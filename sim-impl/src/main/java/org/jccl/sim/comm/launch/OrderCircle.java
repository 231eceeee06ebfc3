package org.jccl.sim.comm.launch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Looks for a circle of devices of which each holds up what the one before would do next. */
final class OrderCircle<P, C> {
  /**
   * One device of a circle.
   *
   * @param ahead what it was given first
   * @param behind what the device before it in the circle would do next, and this one later
   */
  record Step<P, C>(P place, C ahead, C behind) {}

  private record Reached<P, C>(Step<P, C> step, P from) {}

  private final Function<P, List<Step<P, C>>> holdsUp;

  OrderCircle(Function<P, List<Step<P, C>>> holdsUp) {
    this.holdsUp = holdsUp;
  }

  /** A shortest circle through {@code start}, or none. */
  List<Step<P, C>> through(P start) {
    Map<P, Reached<P, C>> reached = new HashMap<>();
    ArrayDeque<P> open = new ArrayDeque<>();
    open.add(start);
    while (!open.isEmpty()) {
      P from = open.removeFirst();
      for (Step<P, C> step : holdsUp.apply(from)) {
        if (reached.putIfAbsent(step.place, new Reached<>(step, from)) == null) {
          if (step.place == start) {
            return back(start, reached);
          }
          open.addLast(step.place);
        }
      }
    }
    return List.of();
  }

  private List<Step<P, C>> back(P start, Map<P, Reached<P, C>> reached) {
    LinkedList<Step<P, C>> circle = new LinkedList<>();
    P at = start;
    do {
      Reached<P, C> known = reached.get(at);
      if (known == null) {
        return List.of();
      }
      circle.addFirst(known.step);
      at = known.from;
    } while (at != start);
    return circle;
  }
}
