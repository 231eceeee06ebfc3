package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;

/**
 * One live allocation of a device.
 *
 * @param number the same in every run, for traces and reports
 * @param block what the pool gave
 * @param bytes the part of it that was asked for
 */
record Allocation(long number, MemorySegment block, MemorySegment bytes) {
  long address() {
    return bytes.address();
  }
}
