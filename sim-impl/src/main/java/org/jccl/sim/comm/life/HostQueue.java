package org.jccl.sim.comm.life;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The host work of one rank that waits for its turn, one after the other. */
final class HostQueue {
  /** Work in the queue. */
  interface Turn {
    /** It is its turn. */
    void carryOut();

    /** What was before it has failed with {@code result}. */
    void skip(int result);
  }

  private final ArrayDeque<Turn> turns = new ArrayDeque<>(1);

  /** Adds work behind what is there; whether it is the first. */
  boolean add(Turn work) {
    turns.addLast(work);
    return turns.size() == 1;
  }

  /** Work is over, with {@code result}: the next one has its turn if it was first. */
  void over(Turn work, int result) {
    boolean first = turns.peekFirst() == work;
    turns.remove(work);
    Turn next = first ? turns.peekFirst() : null;
    if (next != null && result == 0) {
      next.carryOut();
    } else if (next != null) {
      next.skip(result);
    }
  }

  /** The work whose turn it is, or null. */
  @Nullable Turn current() {
    return turns.peekFirst();
  }
}
