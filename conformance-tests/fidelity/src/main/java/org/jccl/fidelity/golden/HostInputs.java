package org.jccl.fidelity.golden;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.DataType;

/**
 * Inputs in host memory, made once for all worlds that need them: a shorter one is the beginning of
 * a longer one. Safe to use from several threads.
 */
final class HostInputs {
  private record Key(DataType type, InputKind kind, long seed, int rank, boolean many) {}

  private final Map<Key, MemorySegment> made = new ConcurrentHashMap<>();

  /** Input of {@code rank} of {@code worldSize} for a call; at least {@code count} elements. */
  MemorySegment of(RecordedCall call, int rank, int worldSize, long count) {
    // Nothing but the table of special values depends on the world's size.
    boolean many = call.kind() == InputKind.SPECIAL && worldSize > 2;
    Key key = new Key(call.type(), call.kind(), call.seed(), rank, many);
    long bytes = count * call.type().bytes();
    return made.compute(
        key, (same, old) -> old != null && old.byteSize() >= bytes ? old : filled(key, bytes));
  }

  private static MemorySegment filled(Key key, long bytes) {
    MemorySegment made = Arena.ofAuto().allocate(Math.max(bytes, 1), Long.BYTES);
    Inputs.fill(
        made.asSlice(0, bytes), key.type(), key.kind(), key.seed(), key.rank(), key.many() ? 3 : 2);
    return made;
  }
}
