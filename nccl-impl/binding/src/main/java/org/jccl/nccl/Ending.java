package org.jccl.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jccl.ResultCode;

/**
 * The end of one native communicator: by finalize and destroy, or by abort, each bounded in time.
 *
 * <p>A call that does not come back is left alone: the handle is half gone then and must not be
 * touched from another thread (LIF-12, LIF-16).
 */
final class Ending {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final int IN_PROGRESS = ResultCode.IN_PROGRESS.code();
  private static final long POLL_NANOS = 10_000;

  private final NcclCommunicator communicator;

  Ending(NcclCommunicator communicator) {
    this.communicator = communicator;
  }

  /**
   * Ends a communicator whose work is done, on its own thread.
   *
   * @param finalizeFirst unless it was finalized before, or may not be
   * @return whether NCCL has let go of it
   */
  boolean finish(long handle, Duration time, boolean finalizeFirst) {
    return within(
        communicator.thread(), "close", time, () -> finalizeAndDestroy(handle, finalizeFirst));
  }

  private int finalizeAndDestroy(long handle, boolean finalizeFirst) {
    communicator.device().makeCurrent();
    int code = finalizeFirst ? communicator.nccl().commFinalize(handle) : 0;
    try (Arena own = Arena.ofConfined()) {
      MemorySegment stored = own.allocate(JAVA_INT);
      while (code == IN_PROGRESS) {
        LockSupport.parkNanos(POLL_NANOS);
        code = communicator.nccl().commGetAsyncError(handle, stored);
        code = code != 0 ? code : stored.get(JAVA_INT, 0);
      }
    }
    // Destroying what is not in order would leave this thread's group depth wrong (LIF-11).
    return code == 0
        ? communicator.nccl().commDestroy(handle)
        : communicator.nccl().commAbort(handle);
  }

  /**
   * Aborts, on a thread made for it: the communicator's own may be inside the very call that is to
   * be ended, and an abort itself waits for kernels to stop and graphs to go (LIF-06, LIF-14).
   *
   * @return whether NCCL has let go of it
   */
  boolean kill(long handle) {
    NativeThread killer =
        new NativeThread("jccl-abort-" + communicator.name() + "-" + communicator.rank());
    try {
      return within(killer, "abort", communicator.config().closeTimeout(), () -> abort(handle));
    } finally {
      killer.end();
    }
  }

  private int abort(long handle) {
    communicator.device().makeCurrent();
    return communicator.nccl().commAbort(handle);
  }

  private boolean within(NativeThread where, String what, Duration time, IntSupplier body) {
    int[] code = {0};
    try {
      if (where.callWithin(time, what + " of " + communicator.name(), body, code)
          == NativeThread.Ending.TOO_LATE) {
        LOG.log(
            Level.WARNING,
            "{0}: {1} has not ended in {2} and goes on in the background: close the graphs that"
                + " captured the communicator before it (LIF-06)",
            communicator,
            what,
            time);
        return false;
      }
      if (code[0] != 0) {
        LOG.log(Level.WARNING, "{0}: {1} ended with {2}", communicator, what, code[0]);
      }
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failed) {
      LOG.log(Level.WARNING, communicator + ": " + what + " failed", failed);
    }
    return false;
  }
}
