package org.jccl.sim.comm.match;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jccl.ops.Call;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.Request;
import org.jspecify.annotations.Nullable;

/** One rank's part in one operation, from its launch to its completion. */
public final class LaunchedCall {
  final int rank;
  final RunningLaunch launch;
  final Request request;
  final Call call;
  final @Nullable MemorySegment send;
  final @Nullable MemorySegment recv;
  final @Nullable PlannedCall carried;
  final long order;
  @Nullable Match meeting;

  /** How it ends without those who take what it gives, if it is small enough to do so. */
  @Nullable EagerSend eager;

  /**
   * A part whose buffers {@code request} has found.
   *
   * @param call the call with its number
   * @param carried how it is carried out; null for what NCCL makes of messages
   * @param order its number among the collectives that this rank has launched, or -1
   */
  public LaunchedCall(
      RunningLaunch launch, Request request, Call call, @Nullable PlannedCall carried, long order) {
    this.rank = launch.member().rank();
    this.launch = launch;
    this.request = request;
    this.call = call;
    this.send = request.sendMemory();
    this.recv = request.recvMemory();
    this.carried = carried;
    this.order = order;
  }

  /** The request that it carries out. */
  public Request request() {
    return request;
  }

  /** The call with its number. */
  public Call call() {
    return call;
  }

  /** The send buffer, or null. */
  public @Nullable MemorySegment send() {
    return send;
  }

  /** The receive buffer, or null. */
  public @Nullable MemorySegment recv() {
    return recv;
  }

  /** The launch that it is a part of. */
  public RunningLaunch launch() {
    return launch;
  }

  /** Its number among the collectives that its rank has launched, or -1. */
  public long order() {
    return order;
  }

  /** Whether it is one half of a message. */
  public boolean isMessage() {
    return !request.isCollective();
  }

  /**
   * Whether it and {@code other} are parts of one call that a program made, as of an uneven form.
   */
  public boolean isOneCallWith(LaunchedCall other) {
    return request.partOf() != null
        && request.partOf() == other.request.partOf()
        && Objects.equals(String.valueOf(request.site()), String.valueOf(other.request.site()));
  }

  /** Whose part it is. */
  public int rank() {
    return rank;
  }

  /** The ranks of the communicator that have not come yet. */
  public List<Integer> missing() {
    return meeting == null || eager != null ? List.of() : meeting.missing();
  }

  static LaunchedCall present(@Nullable LaunchedCall part) {
    if (part == null) {
      throw new IllegalStateException("an operation ran before all its ranks had arrived");
    }
    return part;
  }

  static MemorySegment needed(@Nullable MemorySegment memory) {
    if (memory == null) {
      throw new IllegalStateException("a buffer that the operation table calls for is absent");
    }
    return memory;
  }
}
