package org.jccl.sim.comm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
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
  private final Clique clique;
  private final int rank;
  private final SimDevice device;
  private final Set<Launch> pending = new LinkedHashSet<>();
  private final Map<Integer, Scale> scales = new HashMap<>();
  private int nextScale = Call.PRE_MUL_SUM;
  private long collectives;
  private long gatheringsJoined;
  private final Map<Integer, Long> messages = new HashMap<>();
  private @Nullable Launch last;
  private @Nullable HostTask lastUser;
  private final Life life;

  Endpoint(Clique clique, int rank, Life life) {
    this.clique = clique;
    this.rank = rank;
    this.device = life.device();
    this.life = life;
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

  @Nullable HostTask lastUser() {
    return lastUser;
  }

  long nextGathering() {
    return gatheringsJoined++;
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
    return 0;
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
        captured,
        site);
  }

  /**
   * Issues calls as one group, or records them if their streams are being captured.
   *
   * @return NCCL's result code
   */
  int issue(List<Request> requests) {
    int code = requireMatchedSelfMessages(requests);
    if (code != 0) {
      return code;
    }
    Capture capture = requests.getFirst().stream().capture();
    for (Request request : requests) {
      if (request.stream().capture() != capture) {
        return ResultCode.INVALID_USAGE.code(); // STR-18
      }
    }
    if (capture != null) {
      List<Request> kept = List.copyOf(requests);
      capture.add(
          map -> launch(kept.stream().map(each -> each.on(map.of(each.stream()))).toList()));
      return 0;
    }
    launch(requests);
    return 0;
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

  private void launch(List<Request> requests) {
    Kernel kernel = device.world().kernel();
    lastUser = kernel.holder();
    Launch launch = new Launch(this);
    boolean any = false;
    for (Request request : requests) {
      Call call = call(request);
      kernel
          .trace()
          .add(Trace.Event.ENQUEUE, device.index(), call.operation().ordinal(), call.sequence());
      if (!request.operation().hasPeer()) {
        clique.compare(call, rank);
      }
      if (!request.isDropped()) {
        launch.add(part(launch, request, call));
        any = true;
      }
    }
    if (any) {
      pending.add(launch);
      last = launch;
      life.family().enqueue(launch);
    }
  }

  private Call call(Request request) {
    Operation operation = request.operation();
    long sequence =
        operation.hasPeer()
            ? messages.merge(channelKey(request), 1L, Long::sum) - 1
            : collectives++;
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
    return new Part(launch, request, call, send, recv);
  }

  private @Nullable MemorySegment memory(
      long address, long elements, int elementBytes, Call call, String which) {
    if (elements == 0) {
      return null;
    }
    return device
        .memory()
        .range(address, elements * elementBytes, which + " buffer of " + call + " of " + name());
  }

  // ---------------------------------------------------------------- reductions

  /** Makes a PreMulSum with fixed bits; its code is never used again (SIM-52). */
  public int createScale(DataType type, long bits) {
    int code = nextScale++;
    scales.put(code, new Scale(type, bits, null));
    return code;
  }

  /** Makes a PreMulSum whose scalar is read from device memory when it runs. */
  public int createScale(DataType type, MemorySegment scalar) {
    int code = nextScale++;
    scales.put(code, new Scale(type, 0, scalar));
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
  }

  /** It has ended: what it still knows of operations goes. */
  void forget() {
    pending.clear();
    scales.clear();
  }

  /** Its state. */
  public Life life() {
    return life;
  }

  /** Gives up what is in flight; contacts no peer (rule LIF-14). */
  public void abort(String why) {
    life.abort(why);
  }

  /** Whether it was aborted. */
  public boolean isAborted() {
    return life.isAborted();
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return life.isClosed();
  }

  /** Waits for what was issued, then ends. */
  public void close(HostTask task) {
    life.close(task);
  }

  @Override
  public String toString() {
    return clique.name() + " rank " + rank + "/" + worldSize();
  }
}
