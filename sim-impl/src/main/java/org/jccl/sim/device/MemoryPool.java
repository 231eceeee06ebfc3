package org.jccl.sim.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Off-heap memory of one device. Small blocks are kept by size for reuse, because closing a shared
 * arena stops every thread for a moment; large ones have an arena each and go back at once.
 */
final class MemoryPool implements AutoCloseable {
  private static final long LARGE = 4L << 20;
  private static final long ALIGNMENT = 256;
  private static final long PAGE = 4096;

  private final Arena arena = Arena.ofShared();
  private final Map<Long, ArrayDeque<MemorySegment>> small = new HashMap<>();
  private final Map<Long, Arena> large = new HashMap<>();

  /** A block of at least {@code bytes} bytes. */
  MemorySegment take(long bytes) {
    if (bytes >= LARGE) {
      return takeLarge(bytes);
    }
    long size = sizeClass(bytes);
    ArrayDeque<MemorySegment> free = small.get(size);
    MemorySegment block = free == null ? null : free.pollFirst();
    return block == null ? arena.allocate(size, size < PAGE ? ALIGNMENT : PAGE) : block;
  }

  private MemorySegment takeLarge(long bytes) {
    Arena own = Arena.ofShared();
    boolean taken = false;
    try {
      MemorySegment block = own.allocate(bytes, PAGE);
      large.put(block.address(), own);
      taken = true;
      return block;
    } finally {
      if (!taken) {
        own.close();
      }
    }
  }

  void give(MemorySegment block) {
    Arena own = large.remove(block.address());
    if (own != null) {
      own.close();
      return;
    }
    small.computeIfAbsent(block.byteSize(), size -> new ArrayDeque<>()).addLast(block);
  }

  private static long sizeClass(long bytes) {
    return Math.max(ALIGNMENT, Long.highestOneBit(Math.max(1, bytes - 1)) << 1);
  }

  @Override
  public void close() {
    large.values().forEach(Arena::close);
    large.clear();
    small.clear();
    arena.close();
  }
}
