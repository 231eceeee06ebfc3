package org.jccl.spi;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.Device;
import org.jccl.UniqueId;
import org.jccl.ops.NcclFunction;

/**
 * What a creation needs: refused here is what NCCL would crash on, leave its thread unusable for,
 * or refuse after it has begun.
 */
final class CreationRules {
  private CreationRules() {}

  /** A rank has a place in its world (rule INIT-04). */
  static void requireRank(int rank, int worldSize) {
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank "
              + rank
              + " of "
              + worldSize
              + " is out of range: ranks go from 0 to world size - 1 (INIT-04)");
    }
  }

  /** There are as many ids as the library takes, and as the world has ranks (rule INIT-15). */
  static void requireIds(List<UniqueId> ids, int worldSize, int version) {
    if (ids.isEmpty() || ids.size() > worldSize) {
      throw new IllegalArgumentException(
          ids.size() + " ids for " + worldSize + " ranks: pass 1 to " + worldSize + " (INIT-15)");
    }
    if (ids.size() > 1 && !NcclFunction.COMM_INIT_RANK_SCALABLE.isIn(version)) {
      throw NcclFunction.COMM_INIT_RANK_SCALABLE.missingIn(version);
    }
  }

  /**
   * A creation from one thread has a device of its own for each rank (rules INIT-11 to INIT-13).
   *
   * @param ranks the device of each rank
   * @param available how many devices the backend has
   */
  static void requireDevices(List<? extends Device> ranks, int available) {
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
