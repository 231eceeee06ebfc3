package org.jccl.sim.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Host memory that the raw surface names by address; needs native access, as any raw pointer does.
 */
final class HostMemory {
  private HostMemory() {}

  /** The low bits of one element of 1, 2, 4 or 8 bytes at {@code address}. */
  @SuppressWarnings("restricted")
  static long read(long address, int bytes) {
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
    return switch (bytes) {
      case 1 -> memory.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
      case 2 -> memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) & 0xFFFF;
      case 4 -> memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & 0xFFFF_FFFFL;
      default -> memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    };
  }

  /** The C string at {@code address}, or null for the null pointer. */
  @SuppressWarnings("restricted")
  static @Nullable String text(long address) {
    return address == 0
        ? null
        : MemorySegment.ofAddress(address).reinterpret(Integer.MAX_VALUE).getString(0);
  }
}
