package org.jccl.sim.check;

import org.jspecify.annotations.Nullable;

/**
 * Things numbered by consecutive sequence numbers of which only the youngest are kept: a ring that
 * grows. Looking one up costs no search and no boxing.
 */
public final class SequenceWindow<T> {
  private @Nullable Object[] ring = new Object[8];
  private long oldest;
  private long next;

  /** The thing with that number, or null if it is not there yet or was dropped. */
  @SuppressWarnings("unchecked")
  public @Nullable T get(long number) {
    return number < oldest || number >= next ? null : (T) ring[slot(number)];
  }

  /** Puts the thing with that number, which is at or after all that were put before. */
  public void put(long number, T thing) {
    while (number - oldest >= ring.length) {
      grow();
    }
    ring[slot(number)] = thing;
    next = Math.max(next, number + 1);
  }

  /** The thing with the smallest number kept, or null. */
  public @Nullable T oldest() {
    return get(oldest);
  }

  /** Drops the smallest number. */
  public void dropOldest() {
    ring[slot(oldest)] = null;
    oldest++;
    next = Math.max(next, oldest);
  }

  private int slot(long number) {
    return (int) (number & (ring.length - 1));
  }

  private void grow() {
    @Nullable Object[] larger = new Object[ring.length * 2];
    for (long number = oldest; number < next; number++) {
      larger[(int) (number & (larger.length - 1))] = ring[slot(number)];
    }
    ring = larger;
  }
}
