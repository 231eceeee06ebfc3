package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.sim.abi.AbiState.OK;

import java.lang.foreign.MemorySegment;
import org.jccl.ResultCode;
import org.jccl.sim.device.SimDevice;

/** Device memory from the library behind the C functions (rules MEM-01, MEM-02, ARG-33). */
final class AbiMemory {
  private static final int UNHANDLED_CUDA_ERROR = ResultCode.UNHANDLED_CUDA_ERROR.code();

  /** To this the driver rounds the size of a mapping up. */
  private static final long GRANULARITY = 2L << 20;

  /** More than any device has. */
  private static final long TOO_MUCH = 1L << 40;

  private final AbiState state;

  AbiMemory(AbiState state) {
    this.state = state;
  }

  int memAlloc(MemorySegment address, long bytes) {
    if (AbiState.isNull(address) || bytes < 0 || bytes > TOO_MUCH) {
      return UNHANDLED_CUDA_ERROR;
    }
    try {
      address.set(JAVA_LONG_UNALIGNED, 0, bytes == 0 ? 0 : allocate(bytes));
      return OK;
    } catch (OutOfMemoryError full) {
      return state.refused(UNHANDLED_CUDA_ERROR, "out of memory: " + bytes + " bytes");
    }
  }

  private long allocate(long bytes) {
    SimDevice device = state.currentDevice();
    if (!hasDriverMemory()) {
      return device.memory().allocateForCall(bytes);
    }
    return device.memory().allocateForLibrary((bytes + GRANULARITY - 1) & -GRANULARITY);
  }

  /** Otherwise both functions fall back to plain memory (rules MEM-02, ENV-14). */
  private boolean hasDriverMemory() {
    return state.simulation().setting("NCCL_CUMEM_ENABLE", 1) != 0;
  }

  int memFree(long address) {
    if (address == 0) {
      return OK;
    }
    for (SimDevice device : state.devices()) {
      if (device.memory().offsetOf(address) == 0) {
        boolean own = device.memory().isFromLibrary(address, 1) || !hasDriverMemory();
        if (own) {
          device.memory().free(address);
        }
        return own ? OK : UNHANDLED_CUDA_ERROR;
      }
    }
    return UNHANDLED_CUDA_ERROR;
  }
}
