package org.jccl.spi;

import java.util.List;
import org.jccl.UniqueId;
import org.jccl.ops.NcclFunction;

/** What a creation by several ids needs (rule INIT-15). */
public final class IdRules {
  private IdRules() {}

  /**
   * Refuses a list of ids that no library takes, or that this one does not.
   *
   * @param ids the unique ids
   * @param worldSize number of ranks
   * @param version NCCL's version code, for example 22809
   */
  public static void check(List<UniqueId> ids, int worldSize, int version) {
    if (ids.isEmpty() || ids.size() > worldSize) {
      throw new IllegalArgumentException(
          ids.size() + " ids for " + worldSize + " ranks: pass 1 to " + worldSize + " (INIT-15)");
    }
    if (ids.size() > 1 && !NcclFunction.COMM_INIT_RANK_SCALABLE.isIn(version)) {
      throw NcclFunction.COMM_INIT_RANK_SCALABLE.missingIn(version);
    }
  }
}
