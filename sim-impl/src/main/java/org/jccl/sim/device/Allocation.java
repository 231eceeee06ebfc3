package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Lifetimes.Origin;
import org.jspecify.annotations.Nullable;

/** One allocation of a device. */
final class Allocation {
  /** Every byte of memory whose content is undefined: NaN in all floating formats. */
  static final byte POISON = (byte) 0xFF;

  private final long number;
  private final MemorySegment block;
  private final MemorySegment bytes;
  private final boolean fromLibrary;
  private final Origin origin;
  private final List<MemoryHolder> holders = new ArrayList<>(0);
  private int keepers;
  private boolean freed;
  private @Nullable String freedAt;
  private int freedBy;

  /**
   * @param number the same in every run, for traces and reports
   * @param block what the pool gave
   * @param bytes the part of it that was asked for
   * @param fromLibrary whether NCCL's allocator gave it: only such memory makes windows (WIN-02)
   * @param origin the line that asked for it
   */
  Allocation(
      long number, MemorySegment block, MemorySegment bytes, boolean fromLibrary, Origin origin) {
    this.number = number;
    this.block = block;
    this.bytes = bytes;
    this.fromLibrary = fromLibrary;
    this.origin = origin;
  }

  long number() {
    return number;
  }

  MemorySegment block() {
    return block;
  }

  MemorySegment bytes() {
    return bytes;
  }

  boolean fromLibrary() {
    return fromLibrary;
  }

  Origin origin() {
    return origin;
  }

  long address() {
    return bytes.address();
  }

  /** Address after the last byte. */
  long end() {
    return bytes.address() + bytes.byteSize();
  }

  /** Windows and registrations that must be closed before it is freed. */
  List<MemoryHolder> holders() {
    return holders;
  }

  /** One more graph or scalar keeps its address, or one less. */
  void isKept(int change) {
    keepers += change;
  }

  /** {@code rank} has freed it. */
  void free(int rank) {
    freed = true;
    freedBy = rank;
    freedAt = keepers > 0 ? CallSite.current() : null;
  }

  boolean isFreed() {
    return freed;
  }

  /** The line that freed it; null if nobody kept its address. */
  @Nullable String freedAt() {
    return freedAt;
  }

  int freedBy() {
    return freedBy;
  }
}
