package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Host memory that the typed surface names to the raw one by address alone. A library written in
 * Java finds it here, and needs no native access, of which the JVM would warn.
 */
public final class LentMemory {
  private static final Map<Long, MemorySegment> LENT = new ConcurrentHashMap<>();

  private LentMemory() {}

  /**
   * {@return the memory that is lent at an address, or null if there is none}
   *
   * @param address where it begins
   */
  public static @Nullable MemorySegment at(long address) {
    return LENT.get(address);
  }

  /** Lends memory; {@return its address} */
  static long lend(MemorySegment memory) {
    LENT.put(memory.address(), memory);
    return memory.address();
  }

  /** Nobody reads it any more. */
  static void takeBack(MemorySegment memory) {
    LENT.remove(memory.address());
  }
}
