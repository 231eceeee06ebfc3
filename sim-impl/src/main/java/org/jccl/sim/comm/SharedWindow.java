package org.jccl.sim.comm;

/** What each rank brought to one collective window: its own memory (rule WIN-01). */
final class SharedWindow {
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

  /** How long a rank's part is: they may differ (rule WIN-07). */
  long bytes(int rank) {
    return sizes[rank];
  }
}
