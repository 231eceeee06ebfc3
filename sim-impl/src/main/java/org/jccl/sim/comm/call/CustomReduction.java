package org.jccl.sim.comm.call;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jccl.DataType;
import org.jccl.sim.device.KeptMemory;
import org.jspecify.annotations.Nullable;

/**
 * A PreMulSum's scalar: fixed bits, or device memory that is read when the operation runs (rules
 * PMS-02, PMS-03).
 *
 * @param type whose elements it scales; null if it was made of none (PMS-09)
 */
public record CustomReduction(@Nullable DataType type, long bits, @Nullable KeptMemory device) {
  /** Its value, as bits of an element. */
  public long read() {
    if (device == null || type == null) {
      return bits;
    }
    MemorySegment scalar = device.bytes();
    return switch (type.bytes()) {
      case 1 -> scalar.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
      case 2 -> scalar.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) & 0xFFFF;
      case 4 -> scalar.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & 0xFFFF_FFFFL;
      default -> scalar.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    };
  }
}
