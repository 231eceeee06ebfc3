package org.jccl.sim.cost;

import org.jccl.ops.Operation;

/**
 * Virtual durations in nanoseconds: a latency and a bandwidth for what links devices, and for what
 * stays inside one.
 *
 * @param profile name of the machine that is imitated, for people
 * @param launchNanos latency of any device operation
 * @param linkBytesPerNano bandwidth of one device's link, in bytes per nanosecond (GB/s)
 * @param memoryBytesPerNano bandwidth of a device's memory
 */
public record CostModel(
    String profile, long launchNanos, double linkBytesPerNano, double memoryBytesPerNano) {
  /** Eight H200 behind an NVSwitch, roughly: what a wire and a memory do, no NCCL model. */
  public static CostModel h200() {
    return new CostModel("h200-nvswitch (rough)", 6_000, 370.0, 4_000.0);
  }

  /** A copy or a fill inside one device, or between it and the host. */
  public long copy(long bytes) {
    return launchNanos / 2 + (long) (bytes / memoryBytesPerNano);
  }

  /** One operation among {@code n} ranks. */
  public long operation(Operation operation, long count, int n, int elementBytes) {
    double bytes = operation.measuredBytes(count, n, elementBytes) * operation.busFactor().of(n);
    return launchNanos + (long) (bytes / linkBytesPerNano);
  }
}
