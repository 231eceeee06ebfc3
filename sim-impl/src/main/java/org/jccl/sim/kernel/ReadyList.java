package org.jccl.sim.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps that can run, in the order in which they became ready. */
final class ReadyList {
  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  void add(Step step) {
    steps.addLast(step);
  }

  /** Takes the step that {@code choices} points at, or null if there is none. */
  @Nullable Step take(Choices choices) {
    if (steps.isEmpty()) {
      return null;
    }
    int index = choices.choose(Choices.Point.NEXT_STEP, steps.size());
    return index == 0 ? steps.pollFirst() : takeAt(index);
  }

  private Step takeAt(int index) {
    List<Step> before = new ArrayList<>(index);
    for (int i = 0; i < index; i++) {
      before.add(steps.removeFirst());
    }
    Step taken = steps.removeFirst();
    for (int i = before.size() - 1; i >= 0; i--) {
      steps.addFirst(before.get(i));
    }
    return taken;
  }
}
