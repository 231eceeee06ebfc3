package org.jccl.sim.comm.launch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jspecify.annotations.Nullable;

/** Looks for a circle of devices of which each holds up what the one before would do next. */
final class OrderCircle {
  /**
   * One device of a circle.
   *
   * @param ahead what it was given first
   * @param behind what the device before it in the circle would do next, and this one later
   */
  record Step(IssueOrder place, LaunchedCall ahead, LaunchedCall behind) {}

  private record Reached(Step step, @Nullable IssueOrder from) {}

  private final Function<IssueOrder, List<Step>> holdsUp;

  OrderCircle(Function<IssueOrder, List<Step>> holdsUp) {
    this.holdsUp = holdsUp;
  }

  /** A shortest circle through {@code start}, or none. */
  List<Step> through(IssueOrder start) {
    Map<IssueOrder, Reached> reached = new HashMap<>();
    ArrayDeque<IssueOrder> open = new ArrayDeque<>();
    open.add(start);
    while (!open.isEmpty()) {
      IssueOrder from = open.removeFirst();
      for (Step step : holdsUp.apply(from)) {
        if (reached.putIfAbsent(step.place, new Reached(step, from)) == null) {
          if (step.place == start) {
            return back(start, reached);
          }
          open.addLast(step.place);
        }
      }
    }
    return List.of();
  }

  private static List<Step> back(IssueOrder start, Map<IssueOrder, Reached> reached) {
    LinkedList<Step> circle = new LinkedList<>();
    IssueOrder at = start;
    do {
      Reached known = reached.get(at);
      if (known == null || known.from == null) {
        return List.of();
      }
      circle.addFirst(known.step);
      at = known.from;
    } while (at != start);
    return circle;
  }
}
