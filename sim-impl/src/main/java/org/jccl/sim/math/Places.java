package org.jccl.sim.math;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where each rank's buffer starts: a reusable list of segments with byte offsets, in rank order.
 *
 * <p>Filling a cleared list again allocates nothing. One thread at a time may change it, and nobody
 * while an operation uses it.
 */
public final class Places {
  private final MemorySegment[] segments;
  private final long[] offsets;
  private int size;

  /** An empty list with room for {@code capacity} places. */
  public Places(int capacity) {
    this.segments = new MemorySegment[capacity];
    this.offsets = new long[capacity];
    Arrays.fill(segments, MemorySegment.NULL);
  }

  /** Appends a place; returns this list. */
  @SuppressWarnings("MemorySegmentReferenceEquality") // this very object, or it is stored
  public Places add(MemorySegment segment, long offset) {
    if (segments[size] != segment) {
      segments[size] = segment; // the same as last time, mostly: a store costs more than a look
    }
    offsets[size] = offset;
    size++;
    return this;
  }

  /** Forgets all places; the segments, small objects, are kept until others take their places. */
  public void clear() {
    size = 0;
  }

  /** How many places there are. */
  public int size() {
    return size;
  }

  /** The segment of place {@code index}. */
  public MemorySegment segment(int index) {
    return segments[index];
  }

  /** The byte in that segment where place {@code index} starts. */
  public long offset(int index) {
    return offsets[index];
  }

  /** The address of place {@code index}. */
  long address(int index) {
    return segments[index].address() + offsets[index];
  }
}
