package org.jccl.sim.comm;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.ops.Call;
import org.jspecify.annotations.Nullable;

/** One rank's part in one operation, from its launch to its completion. */
final class Part {
  final Launch launch;
  final Request request;
  final Call call;
  final @Nullable MemorySegment send;
  final @Nullable MemorySegment recv;
  @Nullable Meeting meeting;

  /** How it is carried out; null for what NCCL makes of messages. */
  @Nullable Carried carried;

  Part(
      Launch launch,
      Request request,
      Call call,
      @Nullable MemorySegment send,
      @Nullable MemorySegment recv) {
    this.launch = launch;
    this.request = request;
    this.call = call;
    this.send = send;
    this.recv = recv;
  }

  boolean isMessage() {
    return request.operation().hasPeer();
  }

  int rank() {
    return launch.endpoint().rank();
  }

  /** Its number among the collectives that this rank has launched, or -1. */
  long order = -1;

  /** The ranks of the communicator that have not come yet. */
  List<Integer> missing() {
    return meeting == null ? List.of() : meeting.missing();
  }

  static MemorySegment needed(@Nullable MemorySegment memory) {
    if (memory == null) {
      throw new IllegalStateException("a buffer that the operation table calls for is absent");
    }
    return memory;
  }
}
