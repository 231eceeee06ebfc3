package org.jccl.sim.comm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.sim.kernel.HostTask;

/**
 * Host work that a call leaves to the outermost end of its group, after creations and before
 * launches (rule GRP-10, phase 2). One thread may do it for several ranks: all arrive, then all
 * finish.
 */
public interface Deferred {
  /** Windows come first. */
  int WINDOWS = 0;

  /** The set-up of one-sided operations. */
  int ONE_SIDED = 1;

  /** Suspensions. */
  int SUSPEND = 2;

  /** Resumptions come last. */
  int RESUME = 3;

  /** When it comes among the work of its communicator, whatever the order of the calls. */
  default int phase() {
    return WINDOWS;
  }

  /** The rank whose work it is. */
  Endpoint endpoint();

  /**
   * Checks what is local and tells the other ranks, without waiting for them.
   *
   * @return NCCL's result code
   */
  int arrive(HostTask task);

  /**
   * Waits for the other ranks; called after {@link #arrive} has succeeded.
   *
   * @return NCCL's result code
   */
  int finish(HostTask task);

  /**
   * Does all work of a group, of which each communicator's is in order and different communicators'
   * goes on side by side.
   *
   * @return NCCL's result code, the first failure's
   */
  static int run(HostTask task, List<Deferred> all) {
    Map<Endpoint, ArrayDeque<Deferred>> left = new LinkedHashMap<>();
    all.stream()
        .sorted(Comparator.comparingInt(Deferred::phase))
        .forEach(
            each -> left.computeIfAbsent(each.endpoint(), own -> new ArrayDeque<>()).add(each));
    int code = 0;
    while (!left.isEmpty()) {
      List<Deferred> arrived = new ArrayList<>();
      for (Endpoint endpoint : List.copyOf(left.keySet())) {
        Deferred first = left.get(endpoint).removeFirst();
        int own = first.arrive(task);
        if (own == 0) {
          arrived.add(first);
        } else {
          code = code == 0 ? own : code;
        }
        if (own != 0 || left.get(endpoint).isEmpty()) {
          left.remove(endpoint);
        }
      }
      for (Deferred each : arrived) {
        int own = each.finish(task);
        code = code == 0 ? own : code;
      }
    }
    return code;
  }
}
