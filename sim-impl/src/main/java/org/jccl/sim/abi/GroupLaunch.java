package org.jccl.sim.abi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.launch.Enqueuer;
import org.jccl.sim.comm.launch.HostMeeting;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.onesided.OneSidedCall;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** The way of the calls of one outermost group from its thread to the streams. */
final class GroupLaunch {
  /** Operations that one rank has queued on one communicator. */
  record Work(CommLifecycle life, List<Request> requests, List<OneSidedCall> oneSided) {
    private SharedComm comm() {
      return life.operations().member().comm();
    }

    private Enqueuer enqueuer() {
      return life.operations().enqueuer();
    }

    private boolean isCaptured() {
      return requests.isEmpty()
          ? !oneSided.isEmpty() && oneSided.getFirst().stream().isCapturing()
          : requests.getFirst().captured();
    }
  }

  private GroupLaunch() {}

  /**
   * Issues the calls of one group.
   *
   * @param task the thread that waits for it, or null if it goes on in the background
   * @param work communicators in the order of their first collectives
   * @return NCCL's result code: what comes before a failure has been launched (GRP-16)
   */
  static int group(@Nullable HostTask task, List<Work> work) {
    if (isCaptureMixed(work)) {
      throw new CollectiveException(
          ResultCode.INVALID_USAGE,
          "Either none or all ranks of a communicator in a NCCL group may be captured by a CUDA"
              + " graph (STR-19)");
    }
    if (task != null) {
      for (Work each : work) {
        each.life.requireAlone(task, null);
      }
      task.nextIssue();
      meet(task, work);
    }
    List<Work> sorted = new ArrayList<>(work);
    sorted.sort((a, b) -> Integer.compare(number(a), number(b))); // GRP-18
    for (Work each : sorted) {
      int code = each.enqueuer().issue(each.requests, each.oneSided, task);
      if (code != 0) {
        return code;
      }
      if (task != null && each.enqueuer().waitsForKernels()) {
        each.enqueuer().awaitPeers(task); // ENV-19: before it comes to the next rank's launch
      }
    }
    for (Work each : work) {
      each.enqueuer().noteOrder(); // GRP-19: the order of the calls
    }
    for (Work each : work) {
      if (task != null && each.comm().simulation().findings().isStrict()) {
        each.enqueuer().awaitPeers(task);
      }
    }
    return 0;
  }

  /** Rule ENV-05: a thread comes to the launches of all its ranks before it waits for others. */
  private static void meet(HostTask task, List<Work> work) {
    List<HostMeeting> meetings = new ArrayList<>();
    for (Work each : work) {
      HostMeeting meeting = each.enqueuer().comesTo(each.requests);
      if (meeting != null) {
        meetings.add(meeting);
      }
    }
    meetings.forEach(meeting -> meeting.await(task));
  }

  private static int number(Work each) {
    return each.comm().number();
  }

  /** Rule STR-19: the ranks of one communicator are all captured or all not. */
  private static boolean isCaptureMixed(List<Work> work) {
    if (work.size() < 2) {
      return false;
    }
    Map<SharedComm, Boolean> captured = new HashMap<>();
    for (Work each : work) {
      boolean own = each.isCaptured();
      Boolean before = captured.putIfAbsent(each.comm(), own);
      if (before != null && before != own) {
        return true;
      }
    }
    return false;
  }
}
