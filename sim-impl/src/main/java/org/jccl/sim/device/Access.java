package org.jccl.sim.device;

import org.jspecify.annotations.Nullable;

/** A range of memory that one piece of work in flight reads or writes; linked per work. */
final class Access {
  /** No access. */
  static final Access NONE = new Access(0, 0, false, null);

  final long start;
  final long end;
  final boolean writes;
  final @Nullable Access next;

  Access(long start, long end, boolean writes, @Nullable Access next) {
    this.start = start;
    this.end = end;
    this.writes = writes;
    this.next = next;
  }

  boolean overlaps(long otherStart, long otherEnd) {
    return start < otherEnd && otherStart < end;
  }

  boolean conflictsWith(Access other) {
    return (writes || other.writes) && overlaps(other.start, other.end);
  }

  /** The bytes that both touch, relative to this access. */
  String common(Access other) {
    long from = Math.max(start, other.start) - start;
    long to = Math.min(end, other.end) - start;
    return from + " to " + (to - 1);
  }

  String words() {
    return writes ? "writes" : "reads";
  }
}
