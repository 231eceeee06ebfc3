package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.OK;
import static org.jccl.sim.abi.AbiState.isNull;

import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.FinalizeJob;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.comm.life.ReclaimJob;
import org.jccl.sim.comm.life.RevokeJob;
import org.jccl.sim.kernel.HostTask;

/** Queries and ends of communicators behind the C functions (chapter 3). */
final class AbiLifecycle {
  private final AbiState state;

  AbiLifecycle(AbiState state) {
    this.state = state;
  }

  // ---------------------------------------------------------------- finalize, revoke

  int commFinalize(long comm) {
    if (comm == 0) {
      return OK; // LIF-01
    }
    CommLifecycle life = state.life(comm);
    if (life == null) {
      return state.group().fail(state.refused(INVALID_ARGUMENT, "finalize: no communicator"));
    }
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, life, "finalize");
      int code = life.readyTest();
      if (code == OK && life.isFinalizeCalled()) {
        code = INVALID_ARGUMENT; // LIF-03
      }
      if (code != OK) {
        life.storeFailure(state.refused(code, "finalize of " + life));
        return state.group().fail(code);
      }
      life.requireNoGraphs("ncclCommFinalize");
      life.callFinalize();
      return ended(task, life, FinalizeJob.of(life));
    } finally {
      state.kernel().exit(task);
    }
  }

  /** Does a job in a group of its own, or queues it in the open one. */
  private int ended(HostTask task, CommLifecycle life, Job job) {
    GroupState group = state.group();
    group.start();
    int code = state.endOwn(task, group.fail(group.add(job)));
    boolean told = code == OK && !(job instanceof ReclaimJob) && !life.isBlocking();
    return told ? life.state() : code; // LIF-02, LIF-10
  }

  int commRevoke(long comm, int flags) {
    state.require(NcclFunction.COMM_REVOKE);
    if (comm == 0) {
      return OK;
    }
    CommLifecycle life = state.life(comm);
    if (life == null || flags != 0 || !life.isReady()) {
      return state.refused(INVALID_ARGUMENT, "revoke with flags " + flags);
    }
    if (life.isDestroyCalled() || life.isFinalizeCalled()) {
      return INVALID_ARGUMENT; // LIF-17: revoked before counts as finalized
    }
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, life, "revoke");
      life.callRevoke();
      return ended(task, life, new RevokeJob(life));
    } finally {
      state.kernel().exit(task);
    }
  }

  // ---------------------------------------------------------------- destroy, abort

  int commDestroy(long comm) {
    if (comm == 0) {
      return OK;
    }
    CommLifecycle life = state.life(comm);
    if (life == null) {
      return state.refused(INVALID_ARGUMENT, "destroy: no communicator");
    }
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, life, "destroy");
      int code = life.readyTest();
      life.requireNoGraphs("ncclCommDestroy");
      life.requireAwake("ncclCommDestroy");
      life.callDestroy();
      if (code != OK) {
        state.group().start(); // LIF-11: NCCL forgets to close the group it has opened
        return state.refused(code, "destroy of " + life + ": abort it instead");
      }
      return ended(task, life, new ReclaimJob(life, () -> state.end(comm)));
    } finally {
      state.kernel().exit(task);
    }
  }

  int commAbort(long comm) {
    if (comm == 0) {
      return OK;
    }
    CommLifecycle life = state.life(comm);
    if (life == null) {
      return state.refused(INVALID_ARGUMENT, "abort: no communicator");
    }
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, life, "abort");
      life.requireNoGraphs("ncclCommAbort");
      life.callAbort(); // GRP-09: at once, also inside a group
      return ended(task, life, new ReclaimJob(life, () -> state.end(comm)));
    } finally {
      state.kernel().exit(task);
    }
  }

  // ---------------------------------------------------------------- queries

  int commGetAsyncError(long comm, MemorySegment result) {
    CommLifecycle life = state.life(comm);
    if (life == null || isNull(result)) {
      return state.refused(INVALID_ARGUMENT, "async error: communicator or output");
    }
    HostTask task = state.kernel().enter();
    try {
      state.kernel().ask(task, life.progress()); // a loop that polls comes to an end
      result.set(JAVA_INT_UNALIGNED, 0, life.state());
      return OK;
    } finally {
      state.kernel().exit(task);
    }
  }

  int commCount(long comm, MemorySegment count) {
    return query(comm, count, CommMember::worldSize);
  }

  int commCuDevice(long comm, MemorySegment device) {
    return query(comm, device, member -> member.device().index());
  }

  int commUserRank(long comm, MemorySegment rank) {
    return query(comm, rank, CommMember::rank);
  }

  /** Rule ARG-22. */
  private int query(long comm, MemorySegment out, ToIntFunction<CommMember> value) {
    CommLifecycle life = state.life(comm);
    if (life == null || isNull(out)) {
      return state.refused(INVALID_ARGUMENT, "query: communicator or output");
    }
    int code = life.readyTest();
    if (code != OK) {
      return state.refused(code, "query of " + life);
    }
    out.set(JAVA_INT_UNALIGNED, 0, value.applyAsInt(life.operations().member()));
    return OK;
  }
}
