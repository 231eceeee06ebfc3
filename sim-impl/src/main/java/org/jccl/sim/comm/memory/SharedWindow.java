package org.jccl.sim.comm.memory;

import org.jspecify.annotations.Nullable;

/** What each rank brought to one collective window: its own memory (rule WIN-01). */
public final class SharedWindow {
  /** What the driver rounds memory up to. */
  private static final long GRANULARITY = 2 << 20;

  private final long[] addresses;
  private final long[] sizes;
  private final long[] allocated;
  private final @Nullable String[] ends;

  public SharedWindow(int worldSize) {
    addresses = new long[worldSize];
    sizes = new long[worldSize];
    allocated = new long[worldSize];
    ends = new @Nullable String[worldSize];
  }

  /**
   * A rank's part.
   *
   * @param around size of the allocation that the part lies in: all of it is mapped by the others
   */
  public void bring(int rank, long address, long bytes, long around) {
    addresses[rank] = address;
    sizes[rank] = bytes;
    allocated[rank] = around;
  }

  /** A rank has ended its part, at {@code site}. */
  void ends(int rank, String site) {
    ends[rank] = site;
  }

  /** Where a rank has ended its part; null if it has not. */
  public @Nullable String endOf(int rank) {
    return ends[rank];
  }

  /** Where a rank's part begins. */
  public long address(int rank) {
    return addresses[rank];
  }

  /** Whether all allocations take the same room: before 2.30 they must (rule WIN-07, measured). */
  public boolean isEven() {
    for (long bytes : allocated) {
      if (room(bytes) != room(allocated[0])) {
        return false;
      }
    }
    return true;
  }

  private static long room(long bytes) {
    return (bytes + GRANULARITY - 1) / GRANULARITY;
  }

  /** How long a rank's part is. */
  public long bytes(int rank) {
    return sizes[rank];
  }
}
