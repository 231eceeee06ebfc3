package org.jccl.sim.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap memory of one device. Small blocks are parts of slabs, which devices of later
 * simulations use again: to ask for memory, and to close a shared arena, which stops every thread
 * for a moment, costs more than a small simulation does. Blocks of some size are kept by size until
 * the device is closed; large ones have an arena each and go back at once.
 */
final class MemoryPool implements AutoCloseable {
  private static final long LARGE = 4L << 20;
  private static final long SMALL = 8L << 10;
  private static final long ALIGNMENT = 256;
  private static final long PAGE = 4096;

  private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
  private final Map<Long, Arena> large = new HashMap<>();
  private final List<MemorySegment> slabs = new ArrayList<>();
  private long used = Slabs.BYTES;
  private @Nullable Arena arena;

  /** Slabs that no device has. */
  private static final class Slabs {
    private static final long BYTES = 64L << 10;
    private static final int MOST = 256;
    private static final ArrayDeque<MemorySegment> IDLE = new ArrayDeque<>();

    static MemorySegment take() {
      synchronized (IDLE) {
        MemorySegment slab = IDLE.pollLast();
        if (slab != null) {
          return slab;
        }
      }
      return Arena.ofAuto().allocate(BYTES, PAGE);
    }

    /** Those that are too many go to the garbage collector. */
    static void give(List<MemorySegment> slabs) {
      synchronized (IDLE) {
        for (int i = 0; i < slabs.size() && IDLE.size() < MOST; i++) {
          IDLE.addLast(slabs.get(i));
        }
      }
    }
  }

  /** A block of at least {@code bytes} bytes. */
  MemorySegment take(long bytes) {
    if (bytes >= LARGE) {
      return takeLarge(bytes);
    }
    long size = sizeClass(bytes);
    ArrayDeque<MemorySegment> known = free.get(size);
    MemorySegment block = known == null ? null : known.pollFirst();
    if (block != null) {
      return block;
    }
    return size > SMALL ? arena().allocate(size, PAGE) : ofSlab(size);
  }

  private MemorySegment ofSlab(long size) {
    long alignment = size < PAGE ? ALIGNMENT : PAGE;
    long start = (used + alignment - 1) & -alignment;
    if (start + size > Slabs.BYTES) {
      slabs.add(Slabs.take());
      start = 0;
    }
    used = start + size;
    return slabs.getLast().asSlice(start, size);
  }

  private Arena arena() {
    Arena known = arena;
    if (known == null) {
      known = Arena.ofShared();
      arena = known;
    }
    return known;
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
    free.computeIfAbsent(block.byteSize(), size -> new ArrayDeque<>()).addLast(block);
  }

  private static long sizeClass(long bytes) {
    return Math.max(ALIGNMENT, Long.highestOneBit(Math.max(1, bytes - 1)) << 1);
  }

  @Override
  public void close() {
    large.values().forEach(Arena::close);
    large.clear();
    free.clear();
    Slabs.give(slabs);
    slabs.clear();
    used = Slabs.BYTES;
    if (arena != null) {
      arena.close();
    }
  }
}
