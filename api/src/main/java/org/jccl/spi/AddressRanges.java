package org.jccl.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Ranges of addresses that come and go seldom and are looked up often. A look-up takes no lock and
 * allocates nothing. Safe for use by any thread.
 */
final class AddressRanges {
  private record Range(long begin, long end) {}

  /** The ranges by their begin; {@code reach[i]} is the farthest end of the first {@code i + 1}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sorted(long[] begins, long[] reach) {}

  private final List<Range> ranges = new ArrayList<>();
  private volatile Sorted sorted = new Sorted(new long[0], new long[0]);

  synchronized void add(long address, long bytes) {
    ranges.add(new Range(address, address + bytes));
    sort();
  }

  /** Takes one such range out; nothing happens if there is none. */
  synchronized void remove(long address, long bytes) {
    if (ranges.remove(new Range(address, address + bytes))) {
      sort();
    }
  }

  private void sort() {
    ranges.sort(Comparator.comparingLong(Range::begin));
    long[] begins = new long[ranges.size()];
    long[] reach = new long[ranges.size()];
    long farthest = 0;
    for (int i = 0; i < begins.length; i++) {
      begins[i] = ranges.get(i).begin;
      farthest = Math.max(farthest, ranges.get(i).end);
      reach[i] = farthest;
    }
    sorted = new Sorted(begins, reach);
  }

  /** Whether one of the ranges has all of these bytes. */
  boolean cover(long address, long bytes) {
    Sorted now = sorted;
    int low = 0;
    int high = now.begins.length;
    while (low < high) { // how many begin at the address or before it
      int middle = (low + high) >>> 1;
      if (now.begins[middle] <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low > 0 && now.reach[low - 1] >= address + bytes;
  }
}
