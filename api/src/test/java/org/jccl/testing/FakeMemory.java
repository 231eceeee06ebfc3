package org.jccl.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.DeviceMemory;
import org.jccl.Stream;

/**
 * Device memory that is host memory; every operation happens at once. Not bounded, never reused.
 */
public final class FakeMemory implements DeviceMemory {
  private final Arena arena = Arena.ofShared();
  private final TreeMap<Long, MemorySegment> live = new TreeMap<>();

  /** Number of allocations that were not freed. */
  public synchronized int liveCount() {
    return live.size();
  }

  @Override
  public synchronized long allocate(long bytes) {
    MemorySegment fresh = arena.allocate(Math.max(bytes, 1), 64).fill((byte) 0x5A);
    live.put(fresh.address(), fresh);
    return fresh.address();
  }

  @Override
  public synchronized void free(long address) {
    if (live.remove(address) == null) {
      throw new IllegalStateException("nothing was allocated at " + address);
    }
  }

  @Override
  public void copyIn(long target, MemorySegment source, Stream stream) {
    at(target, source.byteSize()).copyFrom(source);
  }

  @Override
  public void copyOut(MemorySegment target, long source, Stream stream) {
    target.copyFrom(at(source, target.byteSize()));
  }

  @Override
  public void copyOutNow(MemorySegment target, long source, Stream stream) {
    target.copyFrom(at(source, target.byteSize()));
  }

  @Override
  public void copy(long target, long source, long bytes, Stream stream) {
    at(target, bytes).copyFrom(at(source, bytes));
  }

  @Override
  public void fill(long target, byte value, long bytes, Stream stream) {
    at(target, bytes).fill(value);
  }

  private synchronized MemorySegment at(long address, long bytes) {
    Map.Entry<Long, MemorySegment> entry = live.floorEntry(address);
    if (entry == null) {
      throw new IllegalStateException("address " + address + " is in no live allocation");
    }
    return entry.getValue().asSlice(address - entry.getKey(), bytes);
  }
}
