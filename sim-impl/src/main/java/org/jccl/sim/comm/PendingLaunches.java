package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The launches of one endpoint that are not done, oldest first: a list through the launches. */
final class PendingLaunches {
  private @Nullable Launch oldest;
  private @Nullable Launch youngest;

  boolean isEmpty() {
    return oldest == null;
  }

  @Nullable Launch oldest() {
    return oldest;
  }

  void add(Launch launch) {
    Launch before = youngest;
    launch.isPending = true;
    launch.older = before;
    youngest = launch;
    if (before == null) {
      oldest = launch;
    } else {
      before.younger = launch;
    }
  }

  void remove(Launch launch) {
    if (!launch.isPending) {
      return;
    }
    Launch before = launch.older;
    Launch after = launch.younger;
    launch.isPending = false;
    launch.older = null;
    launch.younger = null;
    if (before == null) {
      oldest = after;
    } else {
      before.younger = after;
    }
    if (after == null) {
      youngest = before;
    } else {
      after.older = before;
    }
  }

  /** Removes all, and tells which they were. */
  List<Launch> clear() {
    List<Launch> all = new ArrayList<>();
    for (Launch launch = oldest; launch != null; launch = oldest) {
      all.add(launch);
      remove(launch);
    }
    return all;
  }
}
