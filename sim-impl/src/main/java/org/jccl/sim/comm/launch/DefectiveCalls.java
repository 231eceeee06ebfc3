package org.jccl.sim.comm.launch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.machine.KnownDefects;

/** Calls of one rank that meet a known defect of the imitated version (rules VER-07, VER-08). */
final class DefectiveCalls {
  private static final int MOST_REMEMBERED = 4096;

  private final CommMember member;
  private final KnownDefects defects;
  private final ArrayDeque<Range> ofMessages = new ArrayDeque<>();

  private record Range(long start, long end) {}

  /** Those of {@code member}. */
  DefectiveCalls(CommMember member) {
    this.member = member;
    this.defects = member.comm().simulation().defects();
  }

  /** Throws what becomes of a group, or of one call, where a defect shows. */
  void require(List<Request> requests) {
    if (!defects.areImitated() || member.worldSize() < 2) {
      return;
    }
    if (defects.hangsOnUnevenGroups()) {
      requireEven(requests);
    }
    if (defects.crashesOnBuffersOfMessages()) {
      requests.forEach(this::requireOwnBuffer);
      requests.forEach(this::remember);
    }
  }

  // ---------------------------------------------------------------- VER-07

  private void requireOwnBuffer(Request request) {
    if (request.isCollective() && !request.operation().isMadeOfMessages()) {
      Operation operation = request.operation();
      int n = member.worldSize();
      long size = request.type().bytes();
      requireUnused(request, request.send(), operation.sendElements(request.count(), n) * size);
      requireUnused(request, request.recv(), operation.receiveElements(request.count(), n) * size);
    }
  }

  private void requireUnused(Request request, long start, long bytes) {
    for (Range used : ofMessages) {
      if (start < used.end && used.start < start + bytes) {
        throw new CollectiveException(
            ResultCode.UNHANDLED_CUDA_ERROR,
            request.operation().label()
                + " on "
                + member
                + " uses memory at 0x"
                + Long.toHexString(start)
                + " that a message used before: "
                + version()
                + " could crash here; keep buffers of messages and of collectives apart (VER-07)");
      }
    }
  }

  private void remember(Request request) {
    if (!request.isCollective() && request.count() > 0) {
      long start = request.operation() == Operation.SEND ? request.send() : request.recv();
      ofMessages.addLast(new Range(start, start + request.count() * request.type().bytes()));
      if (ofMessages.size() > MOST_REMEMBERED) {
        ofMessages.removeFirst();
      }
    }
  }

  // ---------------------------------------------------------------- VER-08

  private void requireEven(List<Request> requests) {
    Map<String, Integer> messages = new HashMap<>();
    for (Request request : requests) {
      if (!request.isCollective() && request.rootOrPeer() != member.rank()) {
        messages.merge(request.operation().label() + " " + request.rootOrPeer(), 1, Integer::sum);
      }
    }
    if (new TreeSet<>(messages.values()).size() > 1) {
      member
          .comm()
          .throwIfError(
              new ReportBuilder(
                      MisuseKind.DEADLOCK,
                      " in "
                          + member.comm().name()
                          + ": "
                          + version()
                          + " may batch a group with several messages to one peer and fewer to"
                          + " another so that it never ends")
                  .rank(
                      member.caller(),
                      "a group of " + requests.size() + " calls",
                      member.caller().siteOfIssue())
                  .line("send at most one message per pair and direction in a group (VER-08)"));
    }
  }

  private String version() {
    return "NCCL " + NcclFunction.text(defects.version());
  }
}
