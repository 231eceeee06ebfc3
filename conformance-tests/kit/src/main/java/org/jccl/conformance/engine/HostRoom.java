package org.jccl.conformance.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Host memory for each rank of a world, the same from program to program unless it must grow. */
public final class HostRoom {
  private static final long LEAST = 1 << 16;

  private final Map<Integer, MemorySegment> byRank = new ConcurrentHashMap<>();

  MemorySegment of(int rank, long bytes) {
    return byRank
        .compute(
            rank,
            (same, old) ->
                old != null && old.byteSize() >= bytes
                    ? old
                    : Arena.ofAuto().allocate(Math.max(bytes + bytes / 4, LEAST), 64))
        .asSlice(0, bytes);
  }
}
