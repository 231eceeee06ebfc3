package org.jccl.sim.faults;

import org.jspecify.annotations.Nullable;

/**
 * A call of a run at which a fault can strike.
 *
 * @param point by its number among all calls of the rank, or among those of its opening
 * @param call its name: {@code all_reduce}
 * @param nth the how manieth of this name it is
 * @param site the line of the program, or null if none was found
 */
public record CallPoint(FaultPoint point, String call, int nth, @Nullable String site) {
  /** {@return whether it is made before the rank's program begins} */
  public boolean isOpening() {
    return point.call().equals(FaultPoint.OPENING);
  }

  /** {@return the call in words: {@code rank 1 at call 3, all_reduce 2}} */
  @Override
  public String toString() {
    return point + ", " + call + " " + nth;
  }
}
