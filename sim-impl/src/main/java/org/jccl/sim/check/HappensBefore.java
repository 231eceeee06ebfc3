package org.jccl.sim.check;

import java.util.HashMap;
import java.util.Map;
import org.jccl.sim.kernel.HostTask;

/**
 * What is ordered before what, over streams, events, communicators and host threads; kept at {@link
 * org.jccl.CheckLevel#FULL} alone. By it work on the same memory that nothing orders is found
 * whatever the schedule (SIM-28, SIM-29).
 *
 * <p>A rank's thread knows what it has waited for. How other threads of the program tell each other
 * is not seen, so what one of them has waited for counts for all: an order too many hides a race,
 * one too few would invent one.
 */
public final class HappensBefore {
  private final Map<HostTask, Clock> ranks = new HashMap<>();

  /** What threads other than the ranks' have waited for. */
  private final Clock outside = new Clock();

  /** What any thread has waited for. */
  private final Clock anyone = new Clock();

  private int lanes;

  /** The number of a new stream. */
  public int newLane() {
    return lanes++;
  }

  /** What {@code task} knows to be done, as a copy. */
  public Clock knownTo(HostTask task) {
    if (!task.isOwned()) {
      return anyone.copy();
    }
    Clock known = outside.copy();
    Clock own = ranks.get(task);
    if (own != null) {
      known.join(own);
    }
    return known;
  }

  /** {@code task} has waited for everything that {@code clock} knows. */
  public void learned(HostTask task, Clock clock) {
    anyone.join(clock);
    if (task.isOwned()) {
      ranks.computeIfAbsent(task, own -> new Clock()).join(clock);
    } else {
      outside.join(clock);
    }
  }

  /** A future told it: whoever looks at it may have learned it. */
  public void told(Clock clock) {
    anyone.join(clock);
    outside.join(clock);
  }
}
