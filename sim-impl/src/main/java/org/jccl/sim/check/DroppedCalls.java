package org.jccl.sim.check;

import org.jccl.ops.Call;
import org.jspecify.annotations.Nullable;

/**
 * The calls of count 0 that ranks made since their last collective. NCCL drops them, and a rank may
 * make them alone (COL-02), so they have no position among its calls; but a count that is 0 on some
 * ranks only is why the others wait for ever (SIM-08).
 */
public final class DroppedCalls {
  private final @Nullable Call[] latest;

  /** Nothing dropped yet by any of {@code worldSize} ranks. */
  public DroppedCalls(int worldSize) {
    latest = new Call[worldSize];
  }

  /** {@code rank} made a call of count 0 where its next collective will be. */
  public void note(Call call, int rank) {
    latest[rank] = call.site() == null ? call.at(CallSite.current()) : call;
  }

  /** What {@code rank} dropped before the collective that it makes now, or null; forgotten then. */
  public @Nullable Call take(int rank) {
    Call call = latest[rank];
    latest[rank] = null;
    return call;
  }

  /** What {@code rank} dropped last, if it has made no collective since; or null. */
  public @Nullable Call of(int rank) {
    return latest[rank];
  }
}
