package org.jccl.spi;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.Device;

/** What a creation from one thread needs of its devices (rules INIT-11 to INIT-13). */
public final class DeviceRules {
  private DeviceRules() {}

  /**
   * Refuses what NCCL would crash on, leave its thread unusable for, or refuse after it has begun.
   *
   * @param ranks the device of each rank
   * @param available how many devices the backend has
   */
  public static void check(List<? extends Device> ranks, int available) {
    if (ranks.isEmpty()) {
      throw new IllegalArgumentException("no devices: give one a rank (INIT-13)");
    }
    if (ranks.size() > available) {
      throw new IllegalArgumentException(
          ranks.size()
              + " ranks for "
              + available
              + (available == 1 ? " device" : " devices")
              + ": a thread can drive one rank a device (INIT-12)");
    }
    Set<Device> seen = new HashSet<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      if (!seen.add(ranks.get(rank))) {
        throw new IllegalArgumentException(
            "rank "
                + rank
                + " has device "
                + ranks.get(rank).index()
                + ", which rank "
                + ranks.indexOf(ranks.get(rank))
                + " has already: give each rank its own (INIT-11)");
      }
    }
  }
}
