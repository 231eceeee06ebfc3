package org.jccl.sim;

import org.jccl.CollectiveException;
import org.jccl.sim.comm.RawGroup;
import org.jccl.sim.kernel.HostTask;

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
    RawGroup group = state.group();
    HostTask task = state.kernel().enter();
    try {
      return group.end(task, state.creations());
    } catch (CollectiveException failure) {
      return state.codeOf(failure);
    } finally {
      state.kernel().exit(task);
    }
  }
}
