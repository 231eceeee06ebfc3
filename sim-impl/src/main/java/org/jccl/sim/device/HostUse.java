package org.jccl.sim.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.jccl.sim.check.CallSite;

/**
 * The host memory of one enqueued copy, from its enqueue until somebody has waited for the copy:
 * meanwhile it stays alive and as it is (rules SIM-28, SIM-29).
 */
final class HostUse {
  private static final long PRIME = 0x9E3779B97F4A7C15L;

  private final MemorySegment memory;
  private final boolean writes;
  private final int lane;
  private final String words;
  private final String site = CallSite.current();
  private boolean shared;
  private long sum;
  private long number = -1;

  /**
   * @param writes whether the copy writes the memory
   * @param lane the number of the lane of the copy's stream
   * @param words the copy, for people
   */
  HostUse(MemorySegment memory, boolean writes, int lane, String words) {
    this.memory = memory;
    this.writes = writes;
    this.lane = lane;
    this.words = words;
  }

  boolean writes() {
    return writes;
  }

  int lane() {
    return lane;
  }

  /** The copy's place on its stream's lane, once it has run; before that, -1. */
  long number() {
    return number;
  }

  String words() {
    return words;
  }

  String site() {
    return site;
  }

  boolean overlaps(HostUse other) {
    return overlaps(other.memory);
  }

  boolean overlaps(MemorySegment other) {
    long start = memory.address();
    long otherStart = other.address();
    return start < otherStart + other.byteSize() && otherStart < start + memory.byteSize();
  }

  /** Another copy uses the same memory: what it holds meanwhile is the streams' affair. */
  void isShared() {
    shared = true;
  }

  /**
   * Remembers what the memory holds. What a copy will write is filled first, so that a host that
   * looks too early sees that it does.
   */
  void enqueued() {
    if (shared) {
      return;
    }
    if (writes && !memory.isReadOnly()) {
      memory.fill(Allocation.POISON);
    }
    sum = sum();
  }

  /** The copy, the {@code which}-th piece of work of its lane, has run. */
  void ran(long which) {
    number = which;
    if (writes && !shared) {
      sum = sum();
    }
  }

  boolean isAlive() {
    return memory.scope().isAlive();
  }

  /** Whether the memory, which is alive, holds what it held when that was last looked at. */
  boolean isUnchanged() {
    return shared || sum == sum();
  }

  private long sum() {
    long words = memory.byteSize() >>> 3;
    long a = 1;
    long b = 2;
    long i = 0;
    for (; i + 1 < words; i += 2) {
      a = a * PRIME + memory.get(JAVA_LONG_UNALIGNED, i << 3);
      b = b * PRIME + memory.get(JAVA_LONG_UNALIGNED, (i + 1) << 3);
    }
    for (long at = i << 3; at < memory.byteSize(); at++) {
      a = a * PRIME + memory.get(JAVA_BYTE, at);
    }
    return a ^ Long.rotateLeft(b, 17);
  }
}
