package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.AbiState.OK;

import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;
import org.jccl.sim.comm.Endpoint;
import org.jccl.sim.kernel.HostTask;

/** Queries and ends of communicators behind the C functions (chapter 3). */
final class AbiLifecycle {
  private final AbiState state;

  AbiLifecycle(AbiState state) {
    this.state = state;
  }

  int commFinalize(long comm) {
    Endpoint endpoint = state.endpoint(comm);
    if (comm == 0) {
      return OK;
    }
    if (endpoint == null || !endpoint.finalizeOnce()) {
      return INVALID_ARGUMENT;
    }
    HostTask task = state.kernel().enter();
    try {
      endpoint.awaitIssued(task);
      return OK;
    } finally {
      state.kernel().exit(task);
    }
  }

  int commDestroy(long comm) {
    if (comm == 0) {
      return OK;
    }
    Endpoint endpoint = state.forget(comm);
    if (endpoint == null) {
      return INVALID_ARGUMENT;
    }
    HostTask task = state.kernel().enter();
    try {
      endpoint.close(task);
      return OK;
    } finally {
      state.kernel().exit(task);
    }
  }

  int commAbort(long comm) {
    if (comm == 0) {
      return OK;
    }
    Endpoint endpoint = state.forget(comm);
    if (endpoint == null) {
      return INVALID_ARGUMENT;
    }
    HostTask task = state.kernel().enter();
    try {
      endpoint.abort("ncclCommAbort was called");
      return OK;
    } finally {
      state.kernel().exit(task);
    }
  }

  int commGetAsyncError(long comm, MemorySegment result) {
    return query(comm, result, endpoint -> endpoint.refusal() == null ? 0 : 6);
  }

  int commCount(long comm, MemorySegment count) {
    return query(comm, count, Endpoint::worldSize);
  }

  int commCuDevice(long comm, MemorySegment device) {
    return query(comm, device, endpoint -> endpoint.device().index());
  }

  int commUserRank(long comm, MemorySegment rank) {
    return query(comm, rank, Endpoint::rank);
  }

  private int query(long comm, MemorySegment out, ToIntFunction<Endpoint> value) {
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null || AbiState.isNull(out)) {
      return INVALID_ARGUMENT;
    }
    out.set(JAVA_INT_UNALIGNED, 0, value.applyAsInt(endpoint));
    return OK;
  }
}
