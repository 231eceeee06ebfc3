package org.jccl.sim.kernel;

import org.jspecify.annotations.Nullable;

/** The steps that can run, in the order in which they became ready: a ring that grows. */
final class ReadyList {
  private @Nullable SimStep[] ring = new SimStep[64];
  private int head;
  private int size;

  void add(SimStep step) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = step;
    size++;
  }

  /** Takes the step that {@code choices} points at, or null if there is none. */
  @Nullable SimStep take(Choices choices) {
    if (size == 0) {
      return null;
    }
    return takeAt(choices.choose(Choices.Point.NEXT_STEP, size));
  }

  /** The same; null, and nothing is taken, if it is a host task's turn or the caller's own. */
  @Nullable SimStep takeStep(Choices choices) {
    if (size == 0) {
      return null;
    }
    int index = choices.choose(Choices.Point.NEXT_STEP, size + 1);
    boolean isStep =
        index < size && !(ring[(head + index) & (ring.length - 1)] instanceof HostTask);
    return isStep ? takeAt(index) : null;
  }

  private @Nullable SimStep takeAt(int index) {
    int mask = ring.length - 1;
    int at = (head + index) & mask;
    SimStep taken = ring[at];
    ring[at] = ring[head]; // Whoever is first takes the place: no other has to move.
    ring[head] = null;
    head = (head + 1) & mask;
    size--;
    return taken;
  }

  private void grow() {
    @Nullable SimStep[] larger = new SimStep[ring.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = ring[(head + i) & (ring.length - 1)];
    }
    ring = larger;
    head = 0;
  }
}
