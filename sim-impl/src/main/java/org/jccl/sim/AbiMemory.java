package org.jccl.sim;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.AbiState.OK;

import java.lang.foreign.MemorySegment;
import org.jccl.ResultCode;
import org.jccl.sim.device.SimDevice;

/** Device memory from the library behind the C functions (chapter 9). */
final class AbiMemory {
  private final AbiState state;

  AbiMemory(AbiState state) {
    this.state = state;
  }

  int memAlloc(MemorySegment address, long bytes) {
    if (AbiState.isNull(address) || bytes < 0) {
      return ResultCode.UNHANDLED_CUDA_ERROR.code(); // ARG-33
    }
    long made = bytes == 0 ? 0 : state.currentDevice().memory().allocate(bytes);
    address.set(JAVA_LONG_UNALIGNED, 0, made);
    return OK;
  }

  int memFree(long address) {
    if (address == 0) {
      return OK;
    }
    for (SimDevice device : state.devices()) {
      if (device.memory().find(address, 1) != null) {
        device.memory().free(address);
        return OK;
      }
    }
    return ResultCode.UNHANDLED_CUDA_ERROR.code();
  }
}
