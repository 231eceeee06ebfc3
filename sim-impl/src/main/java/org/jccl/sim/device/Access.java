package org.jccl.sim.device;

import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore.Lane;
import org.jspecify.annotations.Nullable;

/** A range of memory that one piece of work reads or writes; linked per work. */
final class Access {
  final long start;
  final long end;
  final boolean writes;
  final Accessor by;
  final @Nullable Access next;

  Access(long start, long end, boolean writes, Accessor by, @Nullable Access next) {
    this.start = start;
    this.end = end;
    this.writes = writes;
    this.by = by;
    this.next = next;
  }

  boolean overlaps(long otherStart, long otherEnd) {
    return start < otherEnd && otherStart < end;
  }

  /** Whether whoever knows {@code clock} knows that it is done. */
  boolean isDone(Clock clock) {
    Lane lane = by.stream().lane();
    return lane == null || clock.at(lane.number()) > by.tick();
  }

  /** Whether it is ordered before {@code later}, whose stream knows {@code clock}. */
  boolean isBefore(Access later, Clock clock) {
    return by.stream().lane() == later.by.stream().lane()
        || isDone(clock)
        || by.isOneWith(later.by);
  }

  String words() {
    return writes ? "writes" : "reads";
  }
}
