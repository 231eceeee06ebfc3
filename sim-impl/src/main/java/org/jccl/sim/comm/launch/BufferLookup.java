package org.jccl.sim.comm.launch;

import java.lang.foreign.MemorySegment;
import org.jccl.MisuseKind;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.device.KeptMemory;
import org.jccl.sim.device.SimMemory;
import org.jspecify.annotations.Nullable;

/** Finds the buffers of one rank's calls in its device's memory. */
public final class BufferLookup {
  private final CommMember member;
  private final SimMemory memory;

  /** That of {@code member}. */
  public BufferLookup(CommMember member) {
    this.member = member;
    this.memory = member.device().memory();
  }

  /** The state of the memory: what was found before it changed is looked for again. */
  Object state() {
    return memory.allocations();
  }

  /** Finds the buffers of {@code request}, which keeps them, or throws what is wrong with them. */
  void find(Request request, Call call) {
    Operation operation = request.operation();
    int n = member.worldSize();
    int root = operation.hasRoot() ? request.rootOrPeer() : -1;
    MemorySegment send = null;
    MemorySegment recv = null;
    if (operation.sendsAt(member.rank(), root)) {
      long bytes = operation.sendElements(request.count(), n) * request.type().bytes();
      send = find(request.send(), bytes, call, "send");
    }
    if (operation.receivesAt(member.rank(), root)) {
      long bytes = operation.receiveElements(request.count(), n) * request.type().bytes();
      recv = find(request.recv(), bytes, call, "recv");
    }
    if (member.comm().simulation().isChecking()) {
      if (send != null && recv != null) {
        member.comm().throwIfError(overlap(request, call, send.byteSize(), recv.byteSize()));
      }
      KeptMemory scalar = request.deviceScalar();
      if (scalar != null) {
        member.comm().throwIfError(wrongScalar(scalar, request, call, recv));
      }
    }
    request.found(state(), send, recv);
  }

  private @Nullable MemorySegment find(long address, long bytes, Call call, String which) {
    if (bytes == 0) {
      return null;
    }
    MemorySegment found = memory.find(address, bytes);
    return found != null ? found : refuse(address, bytes, call, which);
  }

  private MemorySegment refuse(long address, long bytes, Call call, String which) {
    Caller caller = member.caller();
    String what = which + " buffer of " + caller.words(call) + " of " + member.comm().name();
    member
        .comm()
        .throwIfError(memory.wrong(address, bytes, what).rank(caller, call, caller.site(call)));
    throw new IllegalStateException(what + " is nowhere");
  }

  /** Rule PMS-03: a device scalar is there and unchanged until the operation is complete. */
  private @Nullable ReportBuilder wrongScalar(
      KeptMemory scalar, Request request, Call call, @Nullable MemorySegment recv) {
    Caller caller = member.caller();
    if (scalar.isFreed()) {
      String who = " on device " + member.device().index() + ": " + caller.words(call);
      ReportBuilder freed =
          scalar
              .freed(who + " of " + member.comm().name() + " reads a device scalar")
              .rank(caller, call, caller.site(call));
      return scalar
          .freedBy(freed)
          .line("free a device scalar when all that use it are complete (PMS-03, SIM-29)");
    }
    long into = scalar.address() - request.recv();
    if (recv == null || into >= recv.byteSize() || -into >= scalar.byteSize()) {
      return null;
    }
    return new ReportBuilder(
            MisuseKind.BUFFER_OVERLAP,
            " in "
                + member.comm().name()
                + ": the device scalar ("
                + scalar.byteSize()
                + " bytes) begins "
                + into
                + " bytes into the receive buffer ("
                + recv.byteSize()
                + " bytes), which is written while it is read")
        .rank(caller, call, caller.site(call))
        .line("keep a device scalar outside of what the operation writes (PMS-03, SIM-23)");
  }

  /** Rule COL-05: the buffers of a call are disjoint, or have exactly the in-place form. */
  private @Nullable ReportBuilder overlap(
      Request request, Call call, long sendBytes, long recvBytes) {
    long between = request.send() - request.recv();
    boolean apart = between >= recvBytes || -between >= sendBytes;
    if (apart || request.inPlace()) {
      return null;
    }
    return new ReportBuilder(
            MisuseKind.BUFFER_OVERLAP,
            " in "
                + member.comm().name()
                + ": the send buffer ("
                + sendBytes
                + " bytes) begins "
                + between
                + " bytes from the receive buffer ("
                + recvBytes
                + " bytes)")
        .rank(member.caller(), call, member.caller().site(call))
        .line("they " + request.operation().inPlace().words() + " (COL-05, SIM-23, SIM-24)");
  }
}
