package org.jccl.fidelity.golden;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.DataType;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.Inputs;
import org.jccl.conformance.data.ArbitraryData;
import org.jccl.conformance.data.InputKind;

/**
 * The inputs of recordings, made once for all worlds that need them: a shorter one is the beginning
 * of a longer one.
 */
final class RecordedInputs implements Inputs {
  private record Key(DataType type, InputKind kind, long seed, int rank, boolean many) {}

  private final Map<DataType, Long> scalars;
  private final Map<Key, MemorySegment> made = new ConcurrentHashMap<>();

  /** With one scalar for each type. */
  RecordedInputs(Map<DataType, Long> scalars) {
    this.scalars = scalars;
  }

  @Override
  public void fill(MemorySegment to, CallSpec call, GroupMember member) {
    // Nothing but the table of special values depends on the world's size.
    boolean many = call.inputs() == InputKind.SPECIAL && member.size() > 2;
    Key key = new Key(call.type(), call.inputs(), call.seed(), member.rank(), many);
    long bytes = to.byteSize();
    MemorySegment all =
        made.compute(
            key, (same, old) -> old != null && old.byteSize() >= bytes ? old : filled(key, bytes));
    to.copyFrom(all.asSlice(0, bytes));
  }

  private static MemorySegment filled(Key key, long bytes) {
    MemorySegment made = Arena.ofAuto().allocate(Math.max(bytes, 1), Long.BYTES);
    ArbitraryData.fill(
        made.asSlice(0, bytes), key.type(), key.kind(), key.seed(), key.rank(), key.many() ? 3 : 2);
    return made;
  }

  @Override
  public long scalar(CallSpec call, GroupMember member) {
    return Objects.requireNonNull(scalars.get(call.type()));
  }
}
