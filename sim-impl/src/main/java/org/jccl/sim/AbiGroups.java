package org.jccl.sim;

import static org.jccl.sim.AbiState.isNull;

import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.sim.comm.Estimate;
import org.jccl.sim.kernel.HostTask;
import org.jccl.spi.NcclFunction;
import org.jspecify.annotations.Nullable;

/** Groups behind the C functions (chapter 4). */
final class AbiGroups {
  private final AbiState state;

  AbiGroups(AbiState state) {
    this.state = state;
  }

  int groupStart() {
    return state.group().start();
  }

  int groupEnd() {
    return end(null);
  }

  /** With a null struct it is a real end (rule GRP-28). */
  int groupSimulateEnd(MemorySegment info) {
    state.require(NcclFunction.GROUP_SIMULATE_END);
    return end(isNull(info) ? null : new Estimate(state.world(), info));
  }

  private int end(@Nullable Estimate estimate) {
    HostTask task = state.kernel().enter();
    try {
      return state.group().end(task, state.kernel(), estimate);
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }
}
