package org.jccl.sim.abi;

import static org.jccl.sim.abi.AbiState.isNull;

import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** Groups behind the C functions (chapter 4). */
final class AbiGroups {
  private final AbiState state;

  AbiGroups(AbiState state) {
    this.state = state;
  }

  int groupStart() {
    if (isLooseVirtualThread()) {
      return state.refused(
          AbiState.INVALID_USAGE,
          "group start on a virtual thread: it may change its carrier, and NCCL's group state would"
              + " stay behind; use a platform thread (GRP-04, SIM-43)");
    }
    GroupState group = state.group();
    int code = group.start();
    state.opened(group);
    group.openedAt(state.simulation().isChecking() ? group.siteOfOpening() : null, place());
    return code;
  }

  /** The rank that opens a group, or the number of the device that is current for its thread. */
  private int place() {
    SimDevice current = CurrentDevice.get();
    int rank = state.kernel().rank();
    return rank >= 0 || current == null ? rank : current.index();
  }

  /** A virtual thread that stands for no rank: those that do are platform threads on NCCL. */
  private boolean isLooseVirtualThread() {
    return Thread.currentThread().isVirtual() && !state.kernel().isRank();
  }

  int groupEnd() {
    return end(null);
  }

  /** With a null struct it is a real end (rule GRP-28). */
  int groupSimulateEnd(MemorySegment info) {
    state.require(NcclFunction.GROUP_SIMULATE_END);
    return end(isNull(info) ? null : new SimInfo(info));
  }

  private int end(@Nullable SimInfo estimate) {
    HostTask task = state.kernel().enter();
    try {
      state.calls(task, null, "group_end");
      return state.group().end(task, state.kernel(), estimate);
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }
}
