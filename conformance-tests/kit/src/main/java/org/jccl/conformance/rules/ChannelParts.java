package org.jccl.conformance.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * How an all-reduce with protocol Simple is split over channels (rules PART-01, PART-02, PART-04).
 *
 * @param counts elements of each part, in the order of channels from channel 0 on
 */
record ChannelParts(List<Long> counts) {
  private static final int WIDER = 22902;

  /** From here on a call never has fewer channels than minCTAs says (CFG-05). */
  private static final int AT_LEAST = 23102;

  private static final long BYTES_A_CHANNEL = 512 * 64;
  private static final long TRAFFIC = 2;

  /** On a communicator whose minimum and maximum are {@code channels}. */
  static ChannelParts ofAllReduce(long count, int elementBytes, int channels, int version) {
    long least = version >= WIDER ? 32768 : 16384;
    long bytes = count * elementBytes;
    int used = channels;
    while (version < AT_LEAST && used >= 2 && bytes < used * BYTES_A_CHANNEL) {
      used--;
    }
    long total = Math.max(least, bytes * TRAFFIC);
    long share = version >= WIDER ? ceil(total / used, 16) * 16 : Math.max(least, total / used);
    long cell = ceil(ceil(least, TRAFFIC), 16) * 16;
    return dealt(count, cell / elementBytes, ceil(bytes, cell), share, cell * TRAFFIC, channels);
  }

  private static ChannelParts dealt(
      long count, long perCell, long cells, long share, long traffic, int channels) {
    long each = Math.min(cells, ceil(share, traffic));
    long first = channels == 1 ? cells : each;
    long middles = (cells - first) / each;
    long last = (cells - first) % each;
    if (1 + middles + (last > 0 ? 1 : 0) > channels) {
      middles = channels - 2L;
      each = (cells - first) / (middles + 1);
      last = each + (cells - first) % (middles + 1);
    }
    List<Long> counts = new ArrayList<>();
    counts.add(first * perCell);
    for (long i = 0; i < middles; i++) {
      counts.add(each * perCell);
    }
    if (last > 0) {
      counts.add(last * perCell);
    }
    long surplus = counts.stream().mapToLong(part -> part).sum() - count;
    counts.set(counts.size() - 1, counts.getLast() - surplus);
    return new ChannelParts(List.copyOf(counts));
  }

  /** The part of {@code element}. */
  int partOf(long element) {
    long end = 0;
    for (int part = 0; part < counts.size(); part++) {
      end += counts.get(part);
      if (element < end) {
        return part;
      }
    }
    throw new IllegalArgumentException("element " + element + " of " + end);
  }

  /** The first element of a part. */
  long first(int part) {
    return counts.subList(0, part).stream().mapToLong(count -> count).sum();
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }
}
