package org.jccl.sim.comm;

/** What each rank brought to one collective window: its own memory (rule WIN-01). */
final class SharedWindow {
  /** What the driver rounds memory up to. */
  private static final long GRANULARITY = 2 << 20;

  private final long[] addresses;
  private final long[] sizes;

  SharedWindow(int worldSize) {
    addresses = new long[worldSize];
    sizes = new long[worldSize];
  }

  void bring(int rank, long address, long bytes) {
    addresses[rank] = address;
    sizes[rank] = bytes;
  }

  /** Where a rank's part begins. */
  long address(int rank) {
    return addresses[rank];
  }

  /** Whether all parts take the same room: before 2.30 they must (rule WIN-07, measured). */
  boolean isEven() {
    for (long size : sizes) {
      if ((size + GRANULARITY - 1) / GRANULARITY != (sizes[0] + GRANULARITY - 1) / GRANULARITY) {
        return false;
      }
    }
    return true;
  }

  /** How long a rank's part is. */
  long bytes(int rank) {
    return sizes[rank];
  }
}
