package org.jccl.nccl.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import jcuda.runtime.JCuda;
import org.jccl.nccl.ffi.NativeAccess;

/**
 * Sixteen bytes of host memory that kernels of one rank see: the host says there that they are to
 * leave, they say which rank has not come. Such memory is never given back to CUDA, for a kernel
 * may look at it late.
 */
final class OneShotNotice {
  private static final int BYTES = 64;
  private static final int BLOCK_BYTES = 4096;
  private static final VarHandle WORD = JAVA_INT.varHandle();
  private static final long ABORTED = 0;
  private static final long MISSING = 4;
  private static final Deque<OneShotNotice> FREE = new ArrayDeque<>();

  private final long address;
  private final MemorySegment memory;

  private OneShotNotice(long address) {
    this.address = address;
    this.memory = NativeAccess.memory(address, BYTES);
  }

  /** One that says nothing. A device is current. */
  static OneShotNotice take() {
    synchronized (FREE) {
      if (FREE.isEmpty()) {
        Address block = new Address();
        Cuda.check(
            JCuda.cudaHostAlloc(
                block, BLOCK_BYTES, JCuda.cudaHostAllocPortable | JCuda.cudaHostAllocMapped),
            "cudaHostAlloc");
        for (int at = 0; at < BLOCK_BYTES; at += BYTES) {
          FREE.add(new OneShotNotice(block.value() + at));
        }
      }
      OneShotNotice taken = FREE.remove();
      taken.memory.fill((byte) 0);
      return taken;
    }
  }

  /** No kernel looks at it any more. */
  void giveBack() {
    synchronized (FREE) {
      FREE.add(this);
    }
  }

  /** The same address for the host and for all devices. */
  long address() {
    return address;
  }

  void abort() {
    WORD.setVolatile(memory, ABORTED, 1);
  }

  /** The rank that has not come; -1 if there is none. */
  int missing() {
    return (int) WORD.getVolatile(memory, MISSING) - 1;
  }
}
