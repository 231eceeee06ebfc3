package org.jccl.nccl.cuda;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.spi.RunningWork;

/**
 * CUDA's result codes as exceptions, and the calling thread's current device.
 *
 * <p>JCuda's own exceptions are off by default and stay as they are: their switch is global to the
 * process. CUDA's last error is never read either, since NCCL before 2.29.2 leaves its own there
 * (ERR-11) and every call here returns its own code.
 */
final class Cuda {
  private static final long POLL_NANOS = 20_000;

  private Cuda() {}

  /** Throws if a call of the runtime failed. */
  static void check(int code, String call) {
    if (code != cudaError.cudaSuccess) {
      throw failure(code, call);
    }
  }

  static CollectiveException failure(int code, String call) {
    return failed(call, JCuda.cudaGetErrorName(code), code, JCuda.cudaGetErrorString(code));
  }

  /** Throws if a call of the driver failed. */
  static void checkDriver(int code, String call) {
    if (code != CUresult.CUDA_SUCCESS) {
      String[] words = {""};
      JCudaDriver.cuGetErrorString(code, words);
      throw failed(call, CUresult.stringFor(code), code, words[0]);
    }
  }

  private static CollectiveException failed(String call, String name, int code, String words) {
    return new CollectiveException(
        ResultCode.UNHANDLED_CUDA_ERROR,
        call
            + ": "
            + name
            + " ("
            + code
            + "), "
            + words
            + ". A fault of an earlier kernel shows up at a later call, too.");
  }

  /**
   * Makes {@code device} the calling thread's current one. Not cached: other code in the process,
   * and the carriers of virtual threads, change it behind our back, and setting it costs 100 ns.
   */
  static void use(int device) {
    RunningWork.requireNone(); // the thread of a host function makes no call of CUDA (STR-34)
    check(JCuda.cudaSetDevice(device), "cudaSetDevice(" + device + ")");
  }

  /**
   * Waits for what {@code query} asks about: on a platform thread inside CUDA by {@code wait}; on a
   * virtual thread by polling, since a blocked native call would hold its carrier and with it other
   * ranks for whom this one waits.
   */
  static void await(IntSupplier wait, IntSupplier query, String call) {
    if (!Thread.currentThread().isVirtual()) {
      check(wait.getAsInt(), call);
      return;
    }
    boolean interrupted = false;
    int code = query.getAsInt();
    while (code == cudaError.cudaErrorNotReady) {
      interrupted |= Thread.interrupted();
      LockSupport.parkNanos(POLL_NANOS);
      code = query.getAsInt();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    check(code, call);
  }

  /** Whether a query says "done"; throws if it says anything but "not yet". */
  static boolean reached(int code, String call) {
    if (code == cudaError.cudaErrorNotReady) {
      return false;
    }
    check(code, call);
    return true;
  }
}
