package org.jccl.sim.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jccl.spi.LentMemory;
import org.jspecify.annotations.Nullable;

/**
 * Host memory that the raw surface names by address. Where the typed surface has not lent it, that
 * needs native access, as any raw pointer does.
 */
final class HostMemory {
  private HostMemory() {}

  /** The low bits of one element of 1, 2, 4 or 8 bytes at {@code address}. */
  static long read(long address, int bytes) {
    MemorySegment memory = at(address, bytes);
    return switch (bytes) {
      case 1 -> memory.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
      case 2 -> memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) & 0xFFFF;
      case 4 -> memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & 0xFFFF_FFFFL;
      default -> memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    };
  }

  /** The C string at {@code address}, or null for the null pointer. */
  static @Nullable String text(long address) {
    return address == 0 ? null : at(address, Integer.MAX_VALUE).getString(0);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, int most) {
    MemorySegment lent = LentMemory.at(address);
    return lent == null ? MemorySegment.ofAddress(address).reinterpret(most) : lent;
  }
}
