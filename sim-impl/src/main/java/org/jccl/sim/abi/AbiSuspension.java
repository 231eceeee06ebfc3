package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.abi.AbiState.INVALID_ARGUMENT;
import static org.jccl.sim.abi.AbiState.INVALID_USAGE;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.comm.life.SuspensionJob;
import org.jccl.sim.comm.memory.Suspension;
import org.jccl.sim.kernel.HostTask;

/** Suspended communicators behind the C functions (rules LIF-21 to LIF-25, ARG-32). */
final class AbiSuspension {
  private static final int MEMORY = 1;

  /** From here on both wait for the end of the group (LIF-24). */
  private static final int DEFERRED = 23000;

  private final AbiState state;

  AbiSuspension(AbiState state) {
    this.state = state;
  }

  int suspend(long comm, int flags) {
    state.require(NcclFunction.COMM_SUSPEND);
    CommLifecycle life = state.created(comm);
    if (life == null) {
      return state.refused(INVALID_ARGUMENT, "suspend: no communicator " + comm);
    }
    return (flags & MEMORY) == 0 ? OK : change("suspend", life, SuspensionJob.suspend(life));
  }

  int resume(long comm) {
    state.require(NcclFunction.COMM_RESUME);
    CommLifecycle life = state.created(comm);
    if (life == null) {
      return state.refused(INVALID_ARGUMENT, "resume: no communicator " + comm);
    }
    return change("resume", life, SuspensionJob.resume(life));
  }

  private int change(String call, CommLifecycle life, Job work) {
    int code = life.readyTest();
    if (code != OK) {
      return state.refused(code, life + " is not ready (ARG-02)");
    }
    boolean waits = state.simulation().version() >= DEFERRED;
    if (!Suspension.isPossible(state.simulation()) || life.isShared()) {
      code = state.refused(INVALID_USAGE, "the memory manager is disabled or shared (LIF-22)");
      return waits ? state.group().fail(code) : code;
    }
    if (waits) {
      code = state.later(call, life, work);
      return code == OK && !life.isBlocking() ? life.state() : code;
    }
    HostTask task = state.kernel().enterToWait();
    try {
      state.calls(task, life, call);
      return work.run(task);
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }

  int statistics(long comm, int statistic, MemorySegment value) {
    state.require(NcclFunction.COMM_MEM_STATS);
    Endpoint endpoint = state.endpoint(comm);
    if (endpoint == null || AbiState.isNull(value)) {
      return state.refused(INVALID_ARGUMENT, "statistics: no communicator or no output");
    }
    if (!Suspension.isPossible(state.simulation())) {
      return state.refused(INVALID_USAGE, "the memory manager is disabled (LIF-25)");
    }
    Suspension memory = endpoint.suspension();
    long bytes =
        switch (statistic) {
          case 0 -> memory.suspendableBytes();
          case 1 -> memory.isSuspended() ? 1 : 0;
          case 2 -> memory.persistentBytes();
          case 3 -> memory.suspendableBytes() + memory.persistentBytes();
          default -> -1;
        };
    if (bytes < 0) {
      return INVALID_ARGUMENT;
    }
    value.set(JAVA_LONG_UNALIGNED, 0, bytes);
    return OK;
  }
}
