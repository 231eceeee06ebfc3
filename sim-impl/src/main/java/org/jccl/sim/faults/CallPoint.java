package org.jccl.sim.faults;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
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
  /** Calls that take no memory: none can be refused because there is none. */
  private static final Set<String> WITHOUT_MEMORY =
      Set.of(
          "synchronize",
          "event_synchronize",
          "copy",
          "fill",
          "free",
          "record",
          "wait_event",
          "unique_id",
          "grow_id",
          "deregister",
          "window_deregister",
          "finalize",
          "revoke",
          "destroy",
          "abort");

  private static final Duration SHORT = Duration.ofMillis(10);

  /**
   * {@return the fault of a kind at this call, for 10 ms if it needs a time; nothing if there is no
   * such fault}
   *
   * @param kind what breaks
   */
  public Optional<Fault> fault(FaultKind kind) {
    if (kind == FaultKind.OUT_OF_MEMORY && WITHOUT_MEMORY.contains(call)) {
      return Optional.empty();
    }
    return Optional.of(
        Fault.of(
            point.rank(),
            point.call(),
            point.number(),
            kind,
            kind.needsTime() ? SHORT : Fault.FOREVER));
  }

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
