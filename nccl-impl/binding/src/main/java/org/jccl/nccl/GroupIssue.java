package org.jccl.nccl;

import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.spi.Estimate;
import org.jccl.spi.GroupRecording;
import org.jccl.spi.NcclAbi;

/**
 * Issues a recorded group as one native group. Everything that can be refused is refused before it
 * starts; between start and end there is nothing but NCCL's calls: no lock, no user code, no class
 * that would have to be initialised.
 */
final class GroupIssue {
  private GroupIssue() {}

  /** Makes the calls, and ends with the question how long they would take. */
  static void estimate(GroupRecording calls, Estimate estimate) {
    issue(calls, estimate.info());
  }

  static void issue(GroupRecording calls) {
    issue(calls, MemorySegment.NULL);
  }

  /** {@code info} is where an estimate goes; null issues the group (GRP-28). */
  private static void issue(GroupRecording calls, MemorySegment info) {
    NcclAbi.prepareIssue();
    NcclCommunicator first = communicator(calls, 0);
    for (int i = 0; i < calls.size(); i++) {
      check(first, communicator(calls, i), calls, i);
    }
    if (Thread.currentThread().isVirtual()) {
      first
          .thread()
          .call(
              "a group of " + calls.size() + " calls",
              () -> {
                run(calls, first, info);
                return 0;
              });
    } else {
      run(calls, first, info);
    }
  }

  private static NcclCommunicator communicator(GroupRecording calls, int i) {
    return (NcclCommunicator) calls.communicator(i);
  }

  private static void check(
      NcclCommunicator first, NcclCommunicator each, GroupRecording calls, int i) {
    each.requireGroupable();
    if (each.nccl() != first.nccl()) {
      throw new IllegalArgumentException(
          "a group cannot span two NCCL libraries: "
              + first.nccl().library()
              + " and "
              + each.nccl().library());
    }
    if (each.isNonblocking() != first.isNonblocking()) {
      throw new IllegalArgumentException(
          "blocking and nonblocking communicators cannot share a group (GRP-23): "
              + first.name()
              + " and "
              + each.name());
    }
    each.note(calls.stream(i));
  }

  private static void run(GroupRecording calls, NcclCommunicator first, MemorySegment info) {
    NcclBinding nccl = first.nccl();
    int size = calls.size();
    int failed = -1;
    int code = 0;
    int end;
    nccl.groupStart(); // Always succeeds (GRP-01).
    try {
      for (int i = 0; i < size && failed < 0; i++) {
        code =
            communicator(calls, i)
                .issue(
                    calls.operation(i),
                    calls.send(i),
                    calls.recv(i),
                    calls.count(i),
                    calls.type(i),
                    calls.reduction(i),
                    calls.rootOrPeer(i),
                    calls.stream(i));
        failed = NcclCalls.good(code) ? -1 : i;
      }
    } finally {
      end = info.address() == 0 ? nccl.groupEnd() : nccl.groupSimulateEnd(info);
    }
    if (failed >= 0) {
      throw failedCall(calls, failed, code, end);
    }
    if (end != 0) {
      settle(calls, end);
    }
  }

  /** The call's own code says what is wrong; the end repeats it for the group (GRP-11). */
  private static CollectiveException failedCall(GroupRecording calls, int i, int code, int end) {
    NcclCommunicator communicator = communicator(calls, i);
    String what =
        calls.operation(i).label()
            + " (call "
            + (i + 1)
            + " of "
            + calls.size()
            + " in a group of which nothing was launched, its end says "
            + ResultCode.of(end)
            + ")";
    communicator.ended(code, what); // throws: the code is no good one
    return communicator.failure(code, what);
  }

  /** Nonblocking members go on, each by itself (GRP-24); or the end failed for all of them. */
  private static void settle(GroupRecording calls, int end) {
    for (int i = 0; i < calls.size(); i++) {
      NcclCommunicator communicator = communicator(calls, i);
      if (i == 0 || communicator != communicator(calls, i - 1)) {
        communicator.ended(end, "the end of a group of " + calls.size() + " calls");
      }
    }
  }
}
