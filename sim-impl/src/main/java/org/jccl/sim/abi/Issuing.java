package org.jccl.sim.abi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ResultCode;
import org.jccl.sim.comm.Clique;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.comm.OneSidedCall;
import org.jccl.sim.comm.Rendezvous;
import org.jccl.sim.comm.Request;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** The way of one call, or of one outermost group, from its thread to the streams. */
final class Issuing {
  /** Operations that one rank has queued on one communicator. */
  record Work(Endpoint endpoint, List<Request> requests, List<OneSidedCall> oneSided) {
    private boolean isCaptured() {
      return requests.isEmpty()
          ? !oneSided.isEmpty() && oneSided.getFirst().stream().isCapturing()
          : requests.getFirst().captured();
    }
  }

  private Issuing() {}

  /** Issues one validated call; NCCL's result code. */
  static int call(HostTask task, Endpoint endpoint, Request request) {
    endpoint.life().requireAlone(task, null);
    task.nextIssue();
    int code = endpoint.launching().issue(request, task);
    endpoint.launching().noteOrder();
    if (code == 0 && isStrict(endpoint)) {
      Rendezvous.of(endpoint).await(task);
    }
    return code;
  }

  /**
   * Issues the calls of one group.
   *
   * @param task the thread that waits for it, or null if it goes on in the background
   * @param work communicators in the order of their first calls
   * @return NCCL's result code: what comes before a failure has been launched (GRP-16)
   */
  static int group(@Nullable HostTask task, List<Work> work) {
    if (isCaptureMixed(work)) {
      return ResultCode.INVALID_USAGE.code();
    }
    if (task != null) {
      for (Work each : work) {
        each.endpoint.life().requireAlone(task, null);
      }
      task.nextIssue();
    }
    List<Work> sorted = new ArrayList<>(work);
    sorted.sort((a, b) -> Integer.compare(number(a), number(b))); // GRP-18
    for (Work each : sorted) {
      int code = each.endpoint.launching().issue(each.requests, each.oneSided, task);
      if (code != 0) {
        return code;
      }
    }
    for (Work each : work) {
      each.endpoint.launching().noteOrder(); // GRP-19: the order of the calls
    }
    for (Work each : work) {
      if (task != null && isStrict(each.endpoint)) {
        Rendezvous.of(each.endpoint).await(task);
      }
    }
    return 0;
  }

  private static int number(Work each) {
    return each.endpoint.clique().number();
  }

  private static boolean isStrict(Endpoint endpoint) {
    return endpoint.device().world().findings().isStrict();
  }

  /** Rule STR-19: the ranks of one communicator are all captured or all not. */
  private static boolean isCaptureMixed(List<Work> work) {
    if (work.size() < 2) {
      return false;
    }
    Map<Clique, Boolean> captured = new HashMap<>();
    for (Work each : work) {
      boolean own = each.isCaptured();
      Boolean before = captured.putIfAbsent(each.endpoint.clique(), own);
      if (before != null && before != own) {
        return true;
      }
    }
    return false;
  }
}
