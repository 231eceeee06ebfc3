package org.jccl.spi;

import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * What the state of one communicator allows, and what a call's code says about that state (chapter
 * 3 of the rule book; the table is {@link StateRules}).
 */
final class StateGuard {
  private final CommunicatorBase owner;
  private final NativeHandle handle;
  private final CallPath path;
  private final int version;
  private final boolean isNonblocking;
  private final AbortReason reason;

  StateGuard(
      CommunicatorBase owner,
      NativeHandle handle,
      CallPath path,
      int version,
      boolean isNonblocking,
      AbortReason reason) {
    this.owner = owner;
    this.handle = handle;
    this.path = path;
    this.version = version;
    this.isNonblocking = isNonblocking;
    this.reason = reason;
  }

  /** Refuses a function that the library's version lacks (rule VER-05). */
  void require(NcclFunction function) {
    if (!function.isIn(version)) {
      throw function.missingIn(version);
    }
  }

  /** Refuses {@code act} unless the state allows it; nothing is recorded into groups. */
  void requireLegal(Act act, String what) {
    if (GroupRecording.current() != null) {
      throw new IllegalStateException(
          owner.who()
              + ", "
              + what
              + ": it is no part of a group; call it outside the group's body");
    }
    if (owner.isKeeping()) {
      throw new IllegalStateException(
          owner.who()
              + ", "
              + what
              + ": only collectives and messages can be prepared; call it outside the body (STR-38)");
    }
    requireLegal(act);
  }

  /** Refuses {@code act} unless the state allows it. */
  void requireLegal(Act act) {
    if (handle.state() != State.READY || act == Act.RESUME) {
      RuntimeException refusal = refusal(act);
      if (refusal != null) {
        throw refusal;
      }
    }
  }

  private @Nullable RuntimeException refusal(Act act) {
    State now = handle.poll();
    return switch (now) {
      case ABORTED -> aborted(null);
      case FAILED -> act.isForFailed() ? null : failed("a call on a failed communicator");
      case CLOSED -> closed();
      case BUSY, REVOKED ->
          owner.config().checks() == CheckLevel.NONE
              ? null
              : StateRules.refusal(act, now, owner.who());
      default -> StateRules.refusal(act, now, owner.who());
    };
  }

  private CollectiveException failed(String what) {
    return owner.failure(handle.storedCode(), what);
  }

  private IllegalStateException closed() {
    return new IllegalStateException(owner.who() + " is closed");
  }

  /** The abort, whose cause is the failure that a call came back with, if one did. */
  CommunicatorAbortedException aborted(@Nullable Throwable cause) {
    return new CommunicatorAbortedException(
        owner.who()
            + " was aborted: "
            + (reason.words().isEmpty() ? "" : reason.words() + ". ")
            + "close it, open a new one"
            + (cause == null ? "" : " (" + cause.getMessage() + ")")
            + reason.stateOfJob(),
        cause);
  }

  /**
   * Takes a call's code: good ones leave the communicator ready, or busy where it goes on.
   *
   * @return 0 or {@link ResultCode#IN_PROGRESS}
   * @throws CollectiveException for any other code
   */
  int settled(int code, String what) {
    if (code == 0) {
      return 0;
    }
    if (code == ResultCode.IN_PROGRESS.code()) {
      handle.busy();
      return code;
    }
    CollectiveException failed = owner.failure(code, what);
    if (handle.poll() == State.ABORTED) {
      throw aborted(failed);
    }
    throw failed;
  }

  /** A call that reports success while it may go on (rules SPL-07, WIN-06). */
  void mayGoOn() {
    if (isNonblocking) {
      handle.busy();
      handle.poll();
    }
  }

  /** Waits until a nonblocking call has ended; throws what it failed with. */
  void awaitReady(TimeLimit limit) {
    long deadline = path.now() + limit.nanos();
    State now = handle.poll();
    while (now == State.OPENING || now == State.BUSY) {
      if (path.now() - deadline >= 0) {
        throw new CollectiveTimeoutException(
            owner.who() + " is still " + now + " after " + limit + ": a rank is late or missing");
      }
      path.pause(TimeLimit.remaining(deadline, path.now()));
      now = handle.poll();
    }
    switch (now) {
      case FAILED -> throw failed("awaitReady");
      case ABORTED -> throw aborted(null);
      case CLOSED -> throw closed();
      default -> {}
    }
  }
}
