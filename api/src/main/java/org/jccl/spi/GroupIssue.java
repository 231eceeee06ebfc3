package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.CommunicatorAbortedException;
import org.jccl.ResultCode;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Issues a recorded group as one group of C calls. Everything that can be refused is refused before
 * it starts; between start and end there is nothing but NCCL's calls: no lock, no user code, no
 * class that would have to be initialised.
 */
final class GroupIssue {
  private GroupIssue() {}

  static void issue(GroupRecording calls) {
    issue(calls, MemorySegment.NULL);
  }

  /** {@code info} is where an estimate goes; null issues the group (GRP-28). */
  static void issue(GroupRecording calls, MemorySegment info) {
    NcclAbi.prepareIssue();
    LibraryCommunicator first = member(calls, 0);
    for (int i = 0; i < calls.size(); i++) {
      LibraryCommunicator each = member(calls, i);
      check(first, each);
      each.note(calls.stream(i));
      each.look(calls.call(i), fitsKernel(calls, i));
      each.order(calls.stream(i));
    }
    boolean isHeard = info.address() == 0 && isHeard(calls);
    if (isHeard) {
      before(calls);
    }
    try {
      make(calls, first, info);
    } catch (RuntimeException | Error failure) {
      if (isHeard) {
        failed(calls, calls.size(), failure);
      }
      throw failure;
    }
    if (isHeard) {
      after(calls);
    }
  }

  /**
   * The only collective of its communicator runs as outside (KRN-02), in a kernel of jccl's own,
   * perhaps: another rank may group it with nothing, or with something else. Like NCCL's, it runs
   * before the messages of the group. Says how many calls are left to the library.
   */
  private static int launchKernels(GroupRecording calls) {
    int left = calls.size();
    for (int i = 0; i < calls.size(); i++) {
      LibraryCommunicator comm = member(calls, i);
      CallArguments call = calls.call(i);
      if (fitsKernel(calls, i)) {
        int code = comm.kernels().launch(call, calls.stream(i));
        if (code != KernelRank.NOT_HERE) {
          comm.guard().settled(code, call.operation().label());
          calls.runsInKernel(i);
          left--;
        }
      }
    }
    return left;
  }

  /**
   * Whether an own kernel may carry out call {@code i}, with what else is in the group (KRN-02).
   */
  private static boolean fitsKernel(GroupRecording calls, int i) {
    return member(calls, i).runsInKernel(calls.call(i)) && calls.isOnlyCollective(i);
  }

  private static void make(GroupRecording calls, LibraryCommunicator first, MemorySegment info) {
    if (info.address() == 0 && launchKernels(calls) == 0) {
      return;
    }
    if (info.address() == 0 && first.isDirect()) {
      run(calls, first.abi(), info);
      return;
    }
    IntSupplier body =
        () -> {
          run(calls, first.abi(), info);
          return 0;
        };
    try {
      if (info.address() != 0) {
        first
            .calls()
            .bounded("an estimate (ncclGroupSimulateEnd)", first.config().initLimit(), body);
      } else {
        first.calls().within("a group of " + calls.size() + " calls", calls::inside, body);
      }
    } catch (CollectiveTimeoutException | CommunicatorAbortedException late) {
      calls.leaveToOthers(); // the library may still read it
      throw late;
    }
  }

  // ---- listeners; outside the native group, so that it has no code of theirs in it

  private static boolean isHeard(GroupRecording calls) {
    for (int i = 0; i < calls.size(); i++) {
      if (member(calls, i).hook() != null) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable CallHook shown(GroupRecording calls, int i) {
    CallHook heard = member(calls, i).hook();
    return heard == null
        ? null
        : heard.show(calls.call(i), calls.stream(i), calls.size(), fitsKernel(calls, i));
  }

  /** A listener may be against it: then the calls that were told have failed. */
  private static void before(GroupRecording calls) {
    for (int i = 0; i < calls.size(); i++) {
      CallHook heard = shown(calls, i);
      if (heard != null) {
        try {
          heard.before();
        } catch (CollectiveException verdict) {
          failed(calls, i + 1, verdict);
          throw verdict;
        }
      }
    }
  }

  private static void after(GroupRecording calls) {
    CollectiveException first = null;
    for (int i = 0; i < calls.size(); i++) {
      CallHook heard = shown(calls, i);
      CollectiveException verdict = heard == null ? null : heard.after();
      first = first == null ? verdict : first;
    }
    if (first != null) {
      throw first;
    }
  }

  private static void failed(GroupRecording calls, int told, Throwable failure) {
    for (int i = 0; i < told; i++) {
      CallHook heard = shown(calls, i);
      if (heard != null) {
        heard.failed(failure);
      }
    }
  }

  private static LibraryCommunicator member(GroupRecording calls, int i) {
    return (LibraryCommunicator) calls.communicator(i);
  }

  private static void check(LibraryCommunicator first, LibraryCommunicator each) {
    each.requireUsable();
    if (each.abi() != first.abi()) {
      throw new IllegalArgumentException(
          "a group cannot span two libraries: " + first.abi() + " and " + each.abi());
    }
    if (each.isNonblocking() != first.isNonblocking()) {
      throw new IllegalArgumentException(
          "blocking and nonblocking communicators cannot share a group (GRP-23): "
              + first.name()
              + " and "
              + each.name());
    }
  }

  private static void run(GroupRecording calls, NcclAbi abi, MemorySegment info) {
    int size = calls.size();
    int failed = -1;
    int code = 0;
    int end;
    boolean whole = false;
    calls.reaches(GroupRecording.START);
    int started = abi.groupStart(); // Always succeeds (GRP-01), unless the library is broken.
    if (started != 0) {
      throw member(calls, 0).failure(started, "ncclGroupStart of a group of " + size + " calls");
    }
    try {
      for (int i = 0; i < size && failed < 0; i++) {
        if (calls.isInKernel(i)) {
          continue;
        }
        calls.reaches(i);
        code = member(calls, i).issue(calls.call(i), calls.stream(i));
        failed = NcclAbi.isGood(code) ? -1 : i;
      }
      whole = true;
    } finally {
      // A group that a report of misuse has broken off is ended, too; the report goes on.
      calls.reaches(size);
      boolean estimates = whole && info.address() != 0;
      end = estimates ? abi.groupSimulateEnd(info) : abi.groupEnd();
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
    LibraryCommunicator communicator = member(calls, i);
    Operation operation = calls.call(i).operation();
    String what =
        operation.label()
            + " (call "
            + (i + 1)
            + " of "
            + calls.size()
            + " in a group of which nothing was launched, its end says "
            + ResultCode.of(end)
            + ")";
    communicator.guard().settled(code, what); // throws: the code is no good one
    return communicator.failure(code, what);
  }

  /** Nonblocking members go on, each by itself (GRP-24); or the end failed for all of them. */
  private static void settle(GroupRecording calls, int end) {
    for (int i = 0; i < calls.size(); i++) {
      LibraryCommunicator communicator = member(calls, i);
      if (i == 0 || communicator != member(calls, i - 1)) {
        communicator.guard().settled(end, "the end of a group of " + calls.size() + " calls");
      }
    }
  }
}
