package org.jccl.sim.comm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ResultCode;
import org.jccl.sim.kernel.HostTask;

/** The way of one call, or of one outermost group, from its thread to the streams. */
final class Issuing {
  private Issuing() {}

  /** Issues one validated call; NCCL's result code. */
  static int call(HostTask task, Endpoint endpoint, Request request) {
    endpoint.requireAlone(task, null);
    task.nextIssue();
    int code = endpoint.issue(List.of(request));
    if (code == 0 && endpoint.device().world().findings().isStrict()) {
      Rendezvous.of(endpoint).await(task);
    }
    return code;
  }

  /**
   * Issues the calls of one group, communicator by communicator.
   *
   * @return NCCL's result code: of the last communicator that failed (rules GRP-12, GRP-16)
   */
  static int group(HostTask task, Map<Endpoint, List<Request>> work) {
    if (isCaptureMixed(work)) {
      return ResultCode.INVALID_USAGE.code();
    }
    for (Endpoint endpoint : work.keySet()) {
      endpoint.requireAlone(task, null);
    }
    task.nextIssue();
    int code = 0;
    for (Map.Entry<Endpoint, List<Request>> each : work.entrySet()) {
      int own = each.getKey().issue(each.getValue());
      code = own == 0 ? code : own;
    }
    for (Endpoint endpoint : work.keySet()) {
      if (code == 0 && endpoint.device().world().findings().isStrict()) {
        Rendezvous.of(endpoint).await(task);
      }
    }
    return code;
  }

  /** Rule STR-19: the ranks of one communicator are all captured or all not. */
  private static boolean isCaptureMixed(Map<Endpoint, List<Request>> work) {
    if (work.size() < 2) {
      return false;
    }
    Map<Clique, Boolean> captured = new HashMap<>();
    for (Map.Entry<Endpoint, List<Request>> each : work.entrySet()) {
      boolean own = each.getValue().getFirst().captured();
      Boolean before = captured.putIfAbsent(each.getKey().clique(), own);
      if (before != null && before != own) {
        return true;
      }
    }
    return false;
  }
}
