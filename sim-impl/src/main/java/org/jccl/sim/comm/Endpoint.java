package org.jccl.sim.comm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.Report;
import org.jccl.sim.device.Capture;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Trace;
import org.jspecify.annotations.Nullable;

/**
 * One rank of a simulated communicator, C-shaped: raw values in, NCCL's result codes out, checked
 * in NCCL's order (ARG-01). The typed communicator and the raw surface both stand on it.
 */
public final class Endpoint {
  private static final int ONE_SIDED_CAPTURE = 23000;

  private final Clique clique;
  private final int rank;
  private final SimDevice device;
  private final Set<Launch> pending = new LinkedHashSet<>();
  private final Map<Integer, Scale> scales = new HashMap<>();
  private long collectives;
  private long gatheringsJoined;
  private long collectivesLaunched;
  private long collectivesPlaced;
  private long collectivesCaptured;
  private final Map<Integer, Long> messages = new HashMap<>();
  private @Nullable Launch last;
  private @Nullable HostTask lastUser;
  private boolean issuing;
  private @Nullable Launch issued;
  private @Nullable Clock order;
  private @Nullable Clock known;
  private int graphs;
  private final Life life;
  private final ArrayDeque<HostJob> hostJobs = new ArrayDeque<>(1);
  private final Registrations registrations = new Registrations(this);
  private final OneSided oneSided = new OneSided(this);
  private final Suspension suspension = new Suspension(this);

  Endpoint(Clique clique, int rank, Life life) {
    this.clique = clique;
    this.rank = rank;
    this.device = life.device();
    this.life = life;
    this.lastUser = device.world().kernel().holder();
  }

  Clique clique() {
    return clique;
  }

  /** The communicator's name, equal on all ranks. */
  public String name() {
    return clique.name();
  }

  /** This endpoint's rank. */
  public int rank() {
    return rank;
  }

  /** Number of ranks. */
  public int worldSize() {
    return clique.worldSize();
  }

  /** The device it is bound to (rule INIT-01). */
  public SimDevice device() {
    return device;
  }

  /** The thread that used it last, or that made it. */
  @Nullable HostTask lastUser() {
    return lastUser;
  }

  /** The rank program that drives it. */
  int driver() {
    return clique.driver(rank);
  }

  /** Whether a call on it is being issued by the thread that runs now. */
  boolean isIssuing() {
    return issuing;
  }

  /** What its last call has launched; null if that was nothing. */
  @Nullable Launch lastIssued() {
    return issued;
  }

  /** How many collectives it has issued, those of count 0 included. */
  long collectives() {
    return collectives;
  }

  /** How many collectives have taken their place among those of other communicators. */
  long collectivesPlaced() {
    return collectivesPlaced;
  }

  /** One more has. */
  void placed() {
    collectivesPlaced++;
  }

  /** How many collectives it has captured into graphs. */
  long capturedCollectives() {
    return collectivesCaptured;
  }

  /** How many messages it has issued to or from {@code peer}. */
  long messages(Operation operation, int peer) {
    return messages.getOrDefault(operation == Operation.SEND ? peer : ~peer, 0L);
  }

  /** The running thread uses it, with all it has waited for. */
  void learn() {
    HostTask task = device.world().kernel().holder();
    HappensBefore all = device.world().order();
    lastUser = task;
    if (all != null && task != null) {
      known = all.knownTo(task);
    }
  }

  /** What the thread that used it last knew to be done; null where nobody keeps that. */
  @Nullable Clock known() {
    return known == null ? null : known.copy();
  }

  /** What is ordered before its next launch (STR-03); null where nobody keeps that. */
  @Nullable Clock order() {
    return order;
  }

  /** A launch is done: the next one comes after all that {@code done} knows. */
  void comesAfter(Clock done) {
    order = done;
  }

  /** The oldest launch that waits for its streams or for the one before it, or null. */
  @Nullable Launch firstUnstarted() {
    for (Launch launch : pending) {
      if (!launch.isStarted()) {
        return launch;
      }
    }
    return null;
  }

  /** The launch that holds the collective with that number and is not done, or null. */
  @Nullable Launch pendingWith(long collective) {
    for (Launch launch : pending) {
      for (Part part : launch.parts()) {
        if (part.order == collective) {
          return launch;
        }
      }
    }
    return null;
  }

  long nextGathering() {
    return gatheringsJoined++;
  }

  /** What it has registered. */
  public Registrations registrations() {
    return registrations;
  }

  /** Its one-sided operations. */
  public OneSided oneSided() {
    return oneSided;
  }

  /** Its scratch memory, which can be given back for a while. */
  public Suspension suspension() {
    return suspension;
  }

  /** Adds host work behind what is there; whether it is the first. */
  boolean queue(HostJob job) {
    hostJobs.addLast(job);
    return hostJobs.size() == 1;
  }

  /** Host work is over; what comes next, or null if there is nothing, or it was not first. */
  @Nullable HostJob dequeue(HostJob job) {
    boolean first = hostJobs.peekFirst() == job;
    hostJobs.remove(job);
    return first ? hostJobs.peekFirst() : null;
  }

  /** Throws a report if it is suspended (SIM-34). */
  void requireAwake(String what) {
    if (suspension.isSuspended() && device.world().isChecking()) {
      clique.throwIfError(suspension.use(what));
    }
  }

  /** What is in flight and reads or writes any of a range, or null. */
  @Nullable Launch user(long start, long end) {
    for (Launch each : pending) {
      if (each.touches(start, end)) {
        return each;
      }
    }
    return null;
  }

  // ---------------------------------------------------------------- calls

  /** A failure that every further call throws, or null: a misuse, an abort, the end. */
  public @Nullable RuntimeException refusal() {
    return life.refusal();
  }

  /** NCCL's argument checks on one stream operation, in NCCL's order; 0 if it passes (ARG-01). */
  public int validate(Operation operation, long count, int type, int reduction, int rootOrPeer) {
    boolean directed = operation.hasRoot() || operation.hasPeer();
    if (directed && (rootOrPeer < 0 || rootOrPeer >= worldSize())) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    if (!DataType.isCode(type)) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    if (operation.reduces() && !isReduction(DataType.ofCode(type), count, reduction)) {
      return ResultCode.INVALID_ARGUMENT.code();
    }
    return isTooLarge(operation, count, DataType.ofCode(type))
        ? ResultCode.INVALID_ARGUMENT.code()
        : 0;
  }

  /** Rule ARG-38: NCCL wraps silently; nothing of that size exists (SIM-30). */
  private boolean isTooLarge(Operation operation, long count, DataType type) {
    long blocks =
        Math.max(operation.sendElements(1, worldSize()), operation.receiveElements(1, worldSize()));
    return count < 0 || count > Long.MAX_VALUE / type.bytes() / blocks;
  }

  private boolean isReduction(DataType type, long count, int reduction) {
    if (reduction < 0) {
      return false;
    }
    boolean custom = reduction >= Call.PRE_MUL_SUM;
    Scale scale = custom ? scales.get(reduction) : null;
    if (custom && scale == null) {
      return false;
    }
    if (count == 0) {
      return true; // PMS-05: the type is looked at only when there is something to do
    }
    boolean scaled = custom || reduction == 4;
    return (scale == null || scale.type() == type)
        && !(worldSize() == 1 && type.isFloat8() && scaled); // RED-12
  }

  /**
   * Step 10 of NCCL's checks, off unless the environment turns it on: whether the buffers are of
   * this device's memory (rules ARG-04, ARG-05).
   */
  boolean knows(Operation operation, long send, long recv, long count, int root) {
    if (!device.world().checksPointers()) {
      return true;
    }
    if (operation.hasPeer()) {
      return count == 0 || isKnown(operation == Operation.SEND ? send : recv);
    }
    boolean sends = operation != Operation.BROADCAST || rank == root;
    boolean receives = operation != Operation.REDUCE || rank == root;
    return (!sends || isKnown(send)) && (!receives || isKnown(recv));
  }

  private boolean isKnown(long address) {
    return device.memory().find(address, 1) != null;
  }

  /** One validated call, ready to be issued. */
  Request request(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      SimStream stream) {
    requireAwake(operation.label());
    learn();
    String site = device.world().checks() == CheckLevel.FULL ? CallSite.current() : null;
    boolean captured = stream.isCapturing();
    return new Request(
        operation,
        send,
        recv,
        count,
        DataType.ofCode(type),
        reduction,
        operation.reduces() ? scales.get(reduction) : null,
        rootOrPeer,
        stream,
        captured && !operation.hasPeer() ? collectivesCaptured++ : -1,
        captured,
        site);
  }

  /**
   * Issues calls as one group, or records them if their streams are being captured.
   *
   * @param task the thread that issues them and may have to wait for peers, or null if none may
   * @return NCCL's result code
   */
  int issue(List<Request> requests, @Nullable HostTask task) {
    return issue(requests, List.of(), task);
  }

  /** The same with one-sided calls, which run first (rule GRP-21). */
  int issue(List<Request> requests, List<OneSidedCall> first, @Nullable HostTask task) {
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
      code = oneSided.checkRange(call);
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
            learn();
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
    for (Request request : requests) {
      if (!request.isDropped() && !clique.hasAlgorithm(request.operation())) {
        return ResultCode.INVALID_USAGE.code(); // ENV-06
      }
    }
    return requireMatchedSelfMessages(requests);
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
  void noteOrder() {
    Launch launch = issued;
    if (launch != null) {
      clique.crossings().launched(launch);
    }
  }

  private void launch(List<Request> requests, List<OneSidedCall> first, @Nullable HostTask task) {
    issuing = task != null;
    issued = null;
    try {
      fill(requests, first, new Launch(this, task));
    } finally {
      issuing = false;
    }
  }

  private void fill(List<Request> requests, List<OneSidedCall> first, Launch launch) {
    Kernel kernel = device.world().kernel();
    HostTask task = launch.issuer();
    int groupSize = requests.size() == 1 ? 1 : collectivesIn(requests);
    int place = 0;
    if (!first.isEmpty()) {
      launch.add(new OneSidedProgram(launch, first));
    }
    for (Request request : requests) {
      Call call = call(request);
      kernel
          .trace()
          .add(Trace.Event.ENQUEUE, device.index(), call.operation().ordinal(), call.sequence());
      if (request.isCollective() && request.isDropped()) {
        clique.dropped(call, rank);
      } else if (request.isCollective()) {
        clique.compare(call, rank, place++, groupSize, request.captureNumber(), task);
      }
      if (request.stream().isClosed()) {
        clique.throwIfError(invalidStream(call, request.stream() + " is closed"));
      }
      if (!request.isDropped()) {
        Part part = part(launch, request, call);
        part.order = request.isCollective() ? collectivesLaunched++ : -1;
        launch.add(part);
      }
    }
    if (launch.isEmpty()) {
      clique.wakeWaiters();
      return;
    }
    if (launch.parts().size() > 1 && device.world().isChecking()) {
      clique.throwIfError(GroupHazard.in(launch));
    }
    issued = launch;
    clique.wakeWaiters();
    pending.add(launch);
    last = launch;
    life.family().enqueue(launch);
  }

  private Report invalidStream(Object call, String what) {
    return new Report(MisuseKind.STREAM_INVALID, " in " + name() + ": " + what)
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
    return switch (request.operation().inPlace()) {
      case NEVER -> false;
      case SAME_ADDRESS -> request.send() == request.recv();
      case SEND_IS_OWN_BLOCK -> request.send() == request.recv() + block;
      case RECV_IS_OWN_BLOCK -> request.recv() == request.send() + block;
    };
  }

  private Part part(Launch launch, Request request, Call call) {
    Operation operation = request.operation();
    int n = worldSize();
    int bytes = request.type().bytes();
    int root = operation.hasRoot() ? request.rootOrPeer() : -1;
    MemorySegment send = null;
    MemorySegment recv = null;
    if (operation.sendsAt(rank, root)) {
      send =
          memory(request.send(), operation.sendElements(request.count(), n), bytes, call, "send");
    }
    if (operation.receivesAt(rank, root)) {
      recv =
          memory(
              request.recv(), operation.receiveElements(request.count(), n), bytes, call, "recv");
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
    String form =
        switch (request.operation().inPlace()) {
          case NEVER -> "keep them apart: this operation has no in-place form";
          case SAME_ADDRESS -> "keep them apart, or give both the same address";
          case SEND_IS_OWN_BLOCK -> "keep them apart, or send the own block of the receive buffer";
          case RECV_IS_OWN_BLOCK ->
              "keep them apart, or receive into the own block of what is sent";
        };
    return new Report(
            MisuseKind.BUFFER_OVERLAP,
            " in "
                + name()
                + ": the send buffer ("
                + sendBytes
                + " bytes) begins "
                + between
                + " bytes from the receive buffer ("
                + recvBytes
                + " bytes)")
        .rank(rank, call, clique.site(rank, call))
        .line(form + " (COL-05, SIM-23, SIM-24)");
  }

  private @Nullable MemorySegment memory(
      long address, long elements, int elementBytes, Call call, String which) {
    if (elements == 0) {
      return null;
    }
    try {
      return device
          .memory()
          .range(address, elements * elementBytes, which + " buffer of " + call + " of " + name());
    } catch (ReportedMisuse found) {
      clique.stop(found);
      throw found;
    }
  }

  // ---------------------------------------------------------------- reductions

  /** Makes a PreMulSum with fixed bits; its code is never used again (SIM-52). */
  public int createScale(DataType type, long bits) {
    int code = device.world().reductions().getAndIncrement();
    scales.put(code, new Scale(type, bits, null));
    return code;
  }

  /** Makes a PreMulSum whose scalar is read from device memory when it runs. */
  public int createScale(DataType type, MemorySegment scalar) {
    int code = device.world().reductions().getAndIncrement();
    scales.put(code, new Scale(type, 0, scalar));
    return code;
  }

  /** Makes a PreMulSum of a type that there is not: whoever uses it is refused (PMS-09). */
  public int createScaleOfNoType() {
    int code = device.world().reductions().getAndIncrement();
    scales.put(code, new Scale(null, 0, null));
    return code;
  }

  /** Destroys a PreMulSum; calls that were made keep their scalar (PMS-07). */
  public boolean destroyScale(int code) {
    return scales.remove(code) != null;
  }

  // ---------------------------------------------------------------- lifecycle

  boolean isPending() {
    return !pending.isEmpty();
  }

  @Nullable Launch lastLaunch() {
    return last;
  }

  void finished(Launch launch) {
    pending.remove(launch);
    if (launch == last) {
      life.idle();
    }
  }

  /** Gives up what is in flight; with a reason, who waits for it throws that. */
  void cancelAll(@Nullable RuntimeException reason) {
    for (Launch launch : new ArrayList<>(pending)) {
      launch.cancel(reason);
    }
    pending.clear();
    life.idle();
  }

  /** It has ended: what it still knows of operations goes. */
  void forget() {
    pending.clear();
    scales.clear();
    clique.signals().forget(this);
  }

  /** Its state. */
  public Life life() {
    return life;
  }

  /** How many captured groups of it live in graphs (rule LIF-06). */
  int graphs() {
    return graphs;
  }

  /** Whether it was aborted. */
  public boolean isAborted() {
    return life.isAborted();
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return life.isClosed();
  }

  @Override
  public String toString() {
    return clique.name() + " rank " + rank + "/" + worldSize();
  }
}
