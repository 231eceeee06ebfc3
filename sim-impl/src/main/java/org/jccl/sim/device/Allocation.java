package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;

/**
 * One live allocation of a device.
 *
 * @param number the same in every run, for traces and reports
 * @param block what the pool gave
 * @param bytes the part of it that was asked for
 * @param fromLibrary whether NCCL's allocator gave it: only such memory makes windows (WIN-02)
 */
record Allocation(long number, MemorySegment block, MemorySegment bytes, boolean fromLibrary) {
  /** Every byte of memory whose content is undefined: NaN in all floating formats. */
  static final byte POISON = (byte) 0xFF;

  /** Address after the last byte. */
  long end() {
    return bytes.address() + bytes.byteSize();
  }

  long address() {
    return bytes.address();
  }
}
