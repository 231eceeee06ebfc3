package org.jccl.sim.device;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The live allocations of a device, by address, and the words for places in them. */
final class AllocationTable {
  /** Sorted by address; replaced as a whole, so that readers need no lock. */
  private volatile Allocation[] live = new Allocation[0];

  void add(Allocation allocation) {
    Allocation[] before = live;
    int at = -(indexOf(before, allocation.address()) + 1);
    Allocation[] after = new Allocation[before.length + 1];
    System.arraycopy(before, 0, after, 0, at);
    after[at] = allocation;
    System.arraycopy(before, at, after, at + 1, before.length - at);
    live = after;
  }

  /** Takes one out that is in it. */
  void remove(Allocation allocation) {
    Allocation[] before = live;
    int at = indexOf(before, allocation.address());
    Allocation[] after = new Allocation[before.length - 1];
    System.arraycopy(before, 0, after, 0, at);
    System.arraycopy(before, at + 1, after, at, after.length - at);
    live = after;
  }

  void clear() {
    live = new Allocation[0];
  }

  /** Another one as soon as anything is added or removed. */
  Object token() {
    return live;
  }

  int size() {
    return live.length;
  }

  /** Bytes in all of them. */
  long bytes() {
    return Arrays.stream(live).mapToLong(allocation -> allocation.bytes().byteSize()).sum();
  }

  /** The allocation that begins at an address, or null. */
  @Nullable Allocation startingAt(long address) {
    Allocation[] table = live;
    int at = indexOf(table, address);
    return at < 0 ? null : table[at];
  }

  /** The allocation that a range lies in, or null. */
  @Nullable Allocation around(long address, long bytes) {
    Allocation[] table = live;
    int at = indexOf(table, address);
    int below = at >= 0 ? at : -at - 2;
    if (below < 0) {
      return null;
    }
    MemorySegment memory = table[below].bytes();
    long offset = address - memory.address();
    return offset <= memory.byteSize() - bytes ? table[below] : null;
  }

  /** A range in words, as an offset in its allocation. */
  String place(long start, long end) {
    Allocation allocation = around(start, end - start);
    if (allocation == null) {
      return "memory that is in no allocation of the device";
    }
    long from = start - allocation.address();
    return "bytes "
        + from
        + " to "
        + (from + end - start - 1)
        + " of allocation "
        + allocation.number()
        + " ("
        + allocation.bytes().byteSize()
        + " bytes)";
  }

  /** What is left behind an address inside or at the end of an allocation, or null. */
  @Nullable String roomAt(long address) {
    Allocation[] table = live;
    int at = indexOf(table, address);
    int below = at >= 0 ? at : -at - 2;
    if (below >= 0) {
      Allocation nearest = table[below];
      long offset = address - nearest.address();
      long left = nearest.bytes().byteSize() - offset;
      if (left > 0 || offset == nearest.bytes().byteSize()) {
        return "but only "
            + Math.max(0, left)
            + " are left at offset "
            + offset
            + " of allocation "
            + nearest.number()
            + " (SIM-25)";
      }
    }
    return null;
  }

  private static int indexOf(Allocation[] table, long address) {
    int low = 0;
    int high = table.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = table[middle].address();
      if (found == address) {
        return middle;
      }
      if (found < address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -(low + 1);
  }
}
