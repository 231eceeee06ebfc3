package org.jccl.sim.comm;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.Capture;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Trace;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/** The way of one rank's validated calls to launches: numbered, compared, put on their streams. */
public final class Launching {
  private static final int ONE_SIDED_CAPTURE = 23000;

  private final Endpoint endpoint;
  private final Clique clique;
  private final int rank;
  private final SimDevice device;
  private final Trace trace;
  private final Map<Integer, Long> messages = new HashMap<>();
  private @Nullable Request lastRequest;
  private Planning.@Nullable Planned lastPlanned;
  private final Found lastSend = new Found();
  private final Found lastRecv = new Found();
  private long collectives;
  private long collectivesLaunched;
  private long collectivesCaptured;
  private boolean issuing;
  private @Nullable Launch issued;
  private int graphs;

  /** The buffer of the last call: programs use few, again and again. */
  private static final class Found {
    private @Nullable MemorySegment memory;
    private @Nullable Object state;
    private long address;

    @Nullable MemorySegment find(SimMemory all, long start, long bytes) {
      MemorySegment known = memory;
      if (known != null
          && address == start
          && known.byteSize() == bytes
          && state == all.allocations()) {
        return known;
      }
      state = all.allocations();
      address = start;
      memory = all.find(start, bytes);
      return memory;
    }
  }

  Launching(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.clique = endpoint.clique();
    this.rank = endpoint.rank();
    this.device = endpoint.device();
    this.trace = device.world().kernel().trace();
  }

  /** Whether a call is being issued by the thread that runs now. */
  boolean isIssuing() {
    return issuing;
  }

  /** What the last call has launched; null if that was nothing. */
  @Nullable Launch lastIssued() {
    return issued;
  }

  /** How many collectives were issued, those of count 0 included. */
  long collectives() {
    return collectives;
  }

  /** How many collectives were captured into graphs. */
  long capturedCollectives() {
    return collectivesCaptured;
  }

  /** How many messages were issued to or from {@code peer}. */
  long messages(Operation operation, int peer) {
    return messages.getOrDefault(operation == Operation.SEND ? peer : ~peer, 0L);
  }

  /** How many captured groups live in graphs (rule LIF-06). */
  int graphs() {
    return graphs;
  }

  /** One validated call, ready to be issued; the same object where a program repeats itself. */
  public Request request(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      SimStream stream) {
    endpoint.requireAwake(operation.label());
    endpoint.learn();
    String site = device.world().checks() == CheckLevel.FULL ? CallSite.current() : null;
    boolean captured = stream.isCapturing();
    Request last = lastRequest;
    if (last != null
        && site == null
        && !captured
        && last.isFor(operation, send, recv, count, type, reduction, rootOrPeer, stream)) {
      return last;
    }
    Request request =
        new Request(
            operation,
            send,
            recv,
            count,
            DataType.ofCode(type),
            reduction,
            operation.reduces() ? endpoint.scales().find(reduction) : null,
            rootOrPeer,
            stream,
            captured && !operation.hasPeer() ? collectivesCaptured++ : -1,
            captured,
            site);
    lastRequest = request;
    lastPlanned = null;
    return request;
  }

  /** Plans a call that is alone; where memory is registered, that depends on more than the call. */
  private Planning.Planned plan(Request request) {
    Planning.Planned known = lastPlanned;
    if (known == null || request != lastRequest || clique.hasRegisteredMemory()) {
      known = clique.planning().plan(endpoint, request);
      lastPlanned = request == lastRequest ? known : null;
    }
    return known;
  }

  /** Issues one call, or records it if its stream is being captured; NCCL's result code. */
  public int issue(Request request, @Nullable HostTask task) {
    boolean toSelf = request.operation().hasPeer() && request.rootOrPeer() == rank;
    if (toSelf || request.captured() || request.stream().capture() != null) {
      return issue(List.of(request), List.of(), task);
    }
    Planning.Planned planned = plan(request);
    if (planned.code() != 0) {
      return planned.code(); // ENV-06
    }
    issuing = task != null;
    issued = null;
    try {
      Launch launch = new Launch(endpoint, task);
      add(request, launch, 0, 1, planned.carried().isEmpty() ? null : planned.carried().getFirst());
      put(launch);
    } finally {
      issuing = false;
    }
    return 0;
  }

  /**
   * Issues calls as one group, or records them if their streams are being captured.
   *
   * @param task the thread that issues them and may have to wait for peers, or null if none may
   * @return NCCL's result code
   */
  public int issue(List<Request> requests, @Nullable HostTask task) {
    return issue(requests, List.of(), task);
  }

  /** The same with one-sided calls, which run first (rule GRP-21). */
  public int issue(List<Request> requests, List<OneSidedCall> first, @Nullable HostTask task) {
    int code = refusedAtLaunch(requests);
    if (code != 0) {
      return code;
    }
    SimStream one = first.isEmpty() ? requests.getFirst().stream() : first.getFirst().stream();
    Capture capture = one.capture();
    for (Request request : requests) {
      if (request.stream().capture() != capture) {
        return ResultCode.INVALID_USAGE.code(); // STR-18
      }
    }
    boolean canCapture = device.world().version() >= ONE_SIDED_CAPTURE; // VER-09
    for (OneSidedCall call : first) {
      if (call.stream().capture() != capture || (capture != null && !canCapture)) {
        return ResultCode.INVALID_USAGE.code();
      }
      code = endpoint.oneSided().checkRange(call);
      if (code != 0) {
        return code;
      }
    }
    if (capture != null) {
      issued = null;
      List<Request> kept = List.copyOf(requests);
      List<OneSidedCall> keptFirst = List.copyOf(first);
      graphs++;
      capture.whenClosed(() -> graphs--);
      capture.add(
          map -> {
            endpoint.learn();
            launch(
                kept.stream().map(each -> each.on(map.of(each.stream()))).toList(),
                keptFirst.stream().map(each -> each.on(map.of(each.stream()))).toList(),
                null);
            noteOrder();
          });
      return 0;
    }
    launch(requests, first, task);
    return 0;
  }

  /** What NCCL finds out only when a group is launched (rule GRP-16); 0 if nothing is wrong. */
  private int refusedAtLaunch(List<Request> requests) {
    int code = clique.planning().plan(endpoint, requests).code(); // ENV-06
    return code != 0 ? code : requireMatchedSelfMessages(requests);
  }

  /** Rule P2P-05: sends to self and receives from self are equally many in a group. */
  private int requireMatchedSelfMessages(List<Request> requests) {
    int balance = 0;
    for (Request request : requests) {
      if (request.operation().hasPeer() && request.rootOrPeer() == rank) {
        balance += request.operation() == Operation.SEND ? 1 : -1;
      }
    }
    return balance == 0 ? 0 : ResultCode.INVALID_USAGE.code();
  }

  /** The last launch takes its place among those of other communicators (SIM-18, SIM-19). */
  public void noteOrder() {
    Launch launch = issued;
    if (launch != null) {
      clique.crossings().launched(launch);
    }
  }

  private void launch(List<Request> requests, List<OneSidedCall> first, @Nullable HostTask task) {
    issuing = task != null;
    issued = null;
    try {
      fill(requests, first, new Launch(endpoint, task));
    } finally {
      issuing = false;
    }
  }

  private void fill(List<Request> requests, List<OneSidedCall> first, Launch launch) {
    int groupSize = requests.size() == 1 ? 1 : collectivesIn(requests);
    int place = 0;
    int next = 0;
    List<Carried> planned = clique.planning().plan(endpoint, requests).carried();
    if (!first.isEmpty()) {
      launch.add(new OneSidedProgram(launch, first));
    }
    for (Request request : requests) {
      Carried carried = Planning.isPlanned(request) ? planned.get(next++) : null;
      add(request, launch, place, groupSize, carried);
      place += request.isCollective() && !request.isDropped() ? 1 : 0;
    }
    put(launch);
  }

  /** Numbers a call, compares it with the other ranks', and adds what it does to its launch. */
  private void add(
      Request request, Launch launch, int place, int groupSize, @Nullable Carried carried) {
    Call call = call(request);
    trace.add(Trace.Event.ENQUEUE, device.index(), call.operation().ordinal(), call.sequence());
    if (request.isCollective() && request.isDropped()) {
      clique.dropped(call, rank);
    } else if (request.isCollective()) {
      clique.compare(call, rank, place, groupSize, request.captureNumber(), launch.issuer());
    }
    if (request.stream().isClosed()) {
      clique.throwIfError(invalidStream(call, request.stream() + " is closed"));
    }
    if (!request.isDropped()) {
      Part part = part(launch, request, call);
      part.order = request.isCollective() ? collectivesLaunched++ : -1;
      part.carried = carried;
      launch.add(part);
    }
  }

  private void put(Launch launch) {
    if (launch.isEmpty()) {
      clique.wakeWaiters();
      return;
    }
    if (launch.parts().size() > 1 && device.world().isChecking()) {
      clique.throwIfError(GroupHazard.in(launch));
    }
    issued = launch;
    Timeline timeline = device.world().timeline();
    if (timeline != null) {
      Slices.issued(timeline, launch);
    }
    clique.wakeWaiters();
    endpoint.launched(launch);
  }

  private Report invalidStream(Object call, String what) {
    return new Report(MisuseKind.STREAM_INVALID, " in " + endpoint.name() + ": " + what)
        .rank(rank, call, issuing ? "at " + CallSite.current() : null)
        .line("pass an open stream of the communicator's device (STR-07, STR-08, SIM-31)");
  }

  /** A call names a stream that is destroyed, unknown, or another device's (SIM-31). */
  public ReportedMisuse refuseStream(Operation operation, long handle) {
    issuing = true;
    try {
      ReportedMisuse found =
          clique.report(
              invalidStream(
                  operation.label(),
                  "no open stream of device "
                      + device.index()
                      + " has the handle 0x"
                      + Long.toHexString(handle)));
      return java.util.Objects.requireNonNull(found);
    } finally {
      issuing = false;
    }
  }

  private static int collectivesIn(List<Request> requests) {
    int collectives = 0;
    for (Request request : requests) {
      collectives += request.isCollective() && !request.isDropped() ? 1 : 0;
    }
    return collectives;
  }

  private Call call(Request request) {
    Operation operation = request.operation();
    long sequence =
        operation.hasPeer()
            ? messages.merge(channelKey(request), 1L, Long::sum) - 1
            : request.isDropped() ? collectives : collectives++;
    int reduction = Math.min(request.reduction(), Call.PRE_MUL_SUM);
    return new Call(
        operation,
        sequence,
        request.count(),
        request.type().code(),
        operation.reduces() ? reduction : 0,
        request.rootOrPeer(),
        isInPlace(request),
        request.captured(),
        request.site());
  }

  private static int channelKey(Request request) {
    return request.operation() == Operation.SEND ? request.rootOrPeer() : ~request.rootOrPeer();
  }

  private boolean isInPlace(Request request) {
    long block = rank * request.count() * request.type().bytes();
    return request.operation().isInPlace(request.send(), request.recv(), block);
  }

  private Part part(Launch launch, Request request, Call call) {
    Operation operation = request.operation();
    int n = endpoint.worldSize();
    int bytes = request.type().bytes();
    int root = operation.hasRoot() ? request.rootOrPeer() : -1;
    MemorySegment send = null;
    MemorySegment recv = null;
    if (operation.sendsAt(rank, root)) {
      send =
          memory(lastSend, request.send(), operation.sendElements(request.count(), n), bytes, call);
    }
    if (operation.receivesAt(rank, root)) {
      recv =
          memory(
              lastRecv, request.recv(), operation.receiveElements(request.count(), n), bytes, call);
    }
    if (send != null && recv != null && device.world().isChecking()) {
      clique.throwIfError(overlap(request, call, send.byteSize(), recv.byteSize()));
    }
    return new Part(launch, request, call, send, recv);
  }

  /** Rule COL-05: the buffers of a call are disjoint, or have exactly the in-place form. */
  private @Nullable Report overlap(Request request, Call call, long sendBytes, long recvBytes) {
    long between = request.send() - request.recv();
    boolean apart = between >= recvBytes || -between >= sendBytes;
    if (apart || call.inPlace()) {
      return null;
    }
    return new Report(
            MisuseKind.BUFFER_OVERLAP,
            " in "
                + endpoint.name()
                + ": the send buffer ("
                + sendBytes
                + " bytes) begins "
                + between
                + " bytes from the receive buffer ("
                + recvBytes
                + " bytes)")
        .rank(rank, call, clique.site(rank, call))
        .line("they " + request.operation().inPlace().words() + " (COL-05, SIM-23, SIM-24)");
  }

  private @Nullable MemorySegment memory(
      Found last, long address, long elements, int elementBytes, Call call) {
    if (elements == 0) {
      return null;
    }
    long bytes = elements * elementBytes;
    MemorySegment found = last.find(device.memory(), address, bytes);
    return found != null
        ? found
        : refuseMemory(address, bytes, call, last == lastSend ? "send" : "recv");
  }

  private MemorySegment refuseMemory(long address, long bytes, Call call, String which) {
    try {
      return device
          .memory()
          .range(address, bytes, which + " buffer of " + call + " of " + endpoint.name());
    } catch (ReportedMisuse found) {
      clique.stop(found);
      throw found;
    }
  }
}
