package org.jccl.spi;

import java.util.function.LongSupplier;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator.State;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * A communicator's handle in the library and the state of its life (chapter 3 of the rule book).
 *
 * <p>Whoever ends it takes the handle away under the lock before the library's object goes, and
 * whoever asks from another thread asks under the lock, so that a destroyed handle is never touched
 * (LIF-12). Calls read it without the lock: they belong to the one thread that uses the
 * communicator.
 */
public final class NativeHandle {
  private static final int IN_PROGRESS = ResultCode.IN_PROGRESS.code();

  private final LongToIntFunction question;
  private final Object life = new Object();
  private volatile long value;
  private volatile State state = State.OPENING;

  /** What it will be when the call that goes on has ended well. */
  private State next = State.READY;

  private @Nullable Birth birth;

  /** The call that the library did not come back from, in words; empty while there is none. */
  private volatile String broken = "";

  /** Where the handle will be found once {@code parent} is not busy any more (rule SPL-07). */
  private record Birth(NativeHandle parent, LongSupplier slot) {}

  /**
   * A handle that is not there yet.
   *
   * @param question asks the library for the stored state of a handle; under the lock, so it must
   *     not wait for anybody
   */
  public NativeHandle(LongToIntFunction question) {
    this.question = question;
  }

  /**
   * Creation has ended.
   *
   * @param handle NCCL's handle
   */
  public void opened(long handle) {
    synchronized (life) {
      value = handle;
      become(State.READY);
    }
  }

  /**
   * Creation goes on, and the handle is there already (rules INIT-17, GRW-05).
   *
   * @param handle NCCL's handle
   */
  public void opening(long handle) {
    value = handle;
  }

  /** Creation goes on; the handle appears when {@code parent} is done with it (rule SPL-07). */
  void opening(NativeHandle parent, LongSupplier slot) {
    synchronized (life) {
      birth = new Birth(parent, slot);
    }
  }

  /** {@return the handle, or 0 before it is there and after it was taken} */
  public long value() {
    return value;
  }

  /** {@return the state as it was last known; cheap} */
  public State state() {
    return state;
  }

  /** A call has ended well and left the communicator in {@code reached}. */
  void become(State reached) {
    synchronized (life) {
      if (!isOver()) {
        next = reached;
        state = reached;
      }
    }
  }

  /** A nonblocking call goes on; afterwards the communicator will be {@code reached}. */
  void busyUntil(State reached) {
    synchronized (life) {
      if (!isOver()) {
        next = reached;
        state = state == State.OPENING ? State.OPENING : State.BUSY;
      }
    }
  }

  /** A nonblocking call goes on; afterwards the communicator will be as it is. */
  public void busy() {
    synchronized (life) {
      busyUntil(next);
    }
  }

  /** It is revoked, which also ends a stored failure (rule LIF-18). */
  void revoked() {
    synchronized (life) {
      if (state == State.FAILED && value != 0) {
        state = State.REVOKED;
      }
      become(State.REVOKED);
    }
  }

  private boolean isOver() {
    return state == State.FAILED || state == State.ABORTED || state == State.CLOSED;
  }

  /**
   * Takes the handle away, so that nobody uses it any more; 0 if it is gone already.
   *
   * @param end how it ends
   * @return the handle, or 0
   */
  public long take(State end) {
    synchronized (life) {
      if (birth != null) {
        poll();
      }
      long taken = value;
      value = 0;
      if (state != State.CLOSED) {
        state = end;
      }
      return taken;
    }
  }

  /**
   * {@return the library's stored state; REMOTE_ERROR once the handle is gone (rules ERR-01 to
   * ERR-04)}
   */
  public int storedCode() {
    synchronized (life) {
      Birth unborn = birth;
      if (unborn != null) {
        return unborn.parent.storedCode();
      }
      if (value == 0) {
        return ResultCode.REMOTE_ERROR.code();
      }
      if (!broken.isEmpty()) {
        return ResultCode.INTERNAL_ERROR.code();
      }
      try {
        return question.applyAsInt(value);
      } catch (CollectiveTimeoutException late) {
        broken(late.getMessage());
        return ResultCode.INTERNAL_ERROR.code();
      }
    }
  }

  /** The library has not come back from a call: nothing more is asked of it, it can only go. */
  void broken(@Nullable String call) {
    synchronized (life) {
      broken = call == null ? "a call has not come back" : call;
      if (!isOver()) {
        state = State.FAILED;
      }
    }
  }

  /** {@return the call that the library did not come back from; empty if there is none} */
  String broken() {
    return broken;
  }

  /**
   * Asks the library and brings the state up to date; never waits.
   *
   * @return the state
   */
  public State poll() {
    synchronized (life) {
      if (isOver()) {
        return state;
      }
      Birth unborn = birth;
      if (unborn != null && !born(unborn)) {
        return state;
      }
      if (value == 0) {
        return state;
      }
      int code = storedCode();
      if (code == IN_PROGRESS) {
        state = state == State.OPENING ? State.OPENING : State.BUSY;
      } else {
        // A failure that the library has stored is sticky (ERR-04); most argument errors are not.
        state = code == 0 ? next : State.FAILED;
      }
      return state;
    }
  }

  private boolean born(Birth unborn) {
    if (unborn.parent.poll() == State.BUSY) {
      return false;
    }
    value = unborn.slot.getAsLong();
    birth = null;
    if (value == 0) {
      state = State.FAILED;
    }
    return value != 0;
  }

  /**
   * Makes a quick call with the handle, if it is still there; 0 otherwise.
   *
   * @param call the call
   * @return what the call answered, or 0
   */
  public int ifAlive(LongUnaryOperator call) {
    synchronized (life) {
      return value == 0 || !broken.isEmpty() ? 0 : Math.toIntExact(call.applyAsLong(value));
    }
  }
}
