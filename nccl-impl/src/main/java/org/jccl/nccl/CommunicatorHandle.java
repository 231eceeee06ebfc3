package org.jccl.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongUnaryOperator;
import org.jccl.Communicator.State;
import org.jccl.ResultCode;
import org.jccl.nccl.ffi.NcclBinding;

/**
 * A native communicator's handle and the state of its life.
 *
 * <p>Whoever ends it takes the handle away under the lock before the native object goes, and
 * whoever asks from another thread asks under the lock, so that a destroyed handle is never touched
 * (LIF-12). Calls read it without the lock: they belong to the one thread that uses the
 * communicator.
 */
final class CommunicatorHandle {
  private final NcclBinding nccl;
  private final MemorySegment stored;
  private final Object life = new Object();
  private volatile long value;
  private volatile State state = State.READY;

  CommunicatorHandle(NcclBinding nccl, Arena arena) {
    this.nccl = nccl;
    this.stored = arena.allocate(JAVA_INT);
  }

  void opened(long handle) {
    value = handle;
  }

  /** The handle, or 0 before it is there and after it was taken. */
  long value() {
    return value;
  }

  State state() {
    return state;
  }

  /** Takes the handle away, so that nobody uses it any more; 0 if it is gone already. */
  long take(State next) {
    synchronized (life) {
      long taken = value;
      value = 0;
      if (state != State.CLOSED) {
        state = next;
      }
      return taken;
    }
  }

  /** NCCL's stored state; REMOTE_ERROR once the handle is gone. */
  int storedCode() {
    synchronized (life) {
      if (value == 0) {
        return ResultCode.REMOTE_ERROR.code();
      }
      int asked = nccl.commGetAsyncError(value, stored);
      return asked != 0 ? asked : stored.get(JAVA_INT, 0);
    }
  }

  /**
   * A failure that NCCL has stored is sticky (ERR-04); an argument error mostly is not (ERR-05).
   */
  void noteFailure() {
    synchronized (life) {
      if (state == State.READY && value != 0 && !NcclCalls.good(storedCode())) {
        state = State.FAILED;
      }
    }
  }

  /** Makes a quick call with the handle, if it is still there; 0 otherwise. */
  int ifAlive(LongUnaryOperator call) {
    synchronized (life) {
      return value == 0 ? 0 : Math.toIntExact(call.applyAsLong(value));
    }
  }
}
