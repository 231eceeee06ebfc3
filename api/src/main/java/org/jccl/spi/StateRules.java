package org.jccl.spi;

import org.jccl.CollectiveException;
import org.jccl.Communicator.State;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * Which call is legal in which state (chapter 3 of the rule book), with its normalisations: what
 * NCCL would leave undefined or answer by harming itself is refused here, in the same way on every
 * backend.
 */
final class StateRules {
  private StateRules() {}

  /** What a call is, as far as the table tells calls apart. */
  enum Act {
    /** Operations on streams, custom reductions, windows, one-sided calls. */
    OPERATION,
    /** Split, shrink, grow and the id for it. */
    FAMILY,
    /** Shrink that stops first what is in flight. */
    SHRINK_ABORT,
    /** Finalize. */
    FINALIZE,
    /** Revoke. */
    REVOKE,
    /** Suspend. */
    SUSPEND,
    /** Resume. */
    RESUME,
    /** Questions to the library. */
    QUESTION;

    /** Whether it may be tried after a failure: the survivors of a failed rank go on (SHR-05). */
    boolean isForFailed() {
      return this == REVOKE || this == SHRINK_ABORT;
    }
  }

  /**
   * Why {@code act} is refused in {@code state}, or null. {@link State#FAILED}, {@link
   * State#ABORTED} and {@link State#CLOSED} are the caller's.
   */
  static @Nullable RuntimeException refusal(Act act, State state, String who) {
    return switch (state) {
      case OPENING ->
          coded(
              ResultCode.INVALID_ARGUMENT, who + " is still opening: awaitReady() first (INIT-17)");
      case BUSY ->
          act == Act.REVOKE
              ? null
              : coded(
                  ResultCode.INVALID_ARGUMENT,
                  who + ": a nonblocking call goes on: awaitReady() first (ERR-06)");
      case REVOKED -> revoked(act, who);
      case FINALIZED -> finalized(act, who);
      case SUSPENDED -> suspended(act, who);
      case READY ->
          act == Act.RESUME
              ? coded(ResultCode.INVALID_USAGE, who + " is not suspended (LIF-22)")
              : null;
      case FAILED, ABORTED, CLOSED -> null;
    };
  }

  private static @Nullable RuntimeException revoked(Act act, String who) {
    return switch (act) {
      case FAMILY, SHRINK_ABORT, QUESTION -> null;
      case FINALIZE, REVOKE ->
          coded(ResultCode.INVALID_ARGUMENT, who + " is revoked: only close() ends it (LIF-20)");
      case OPERATION, SUSPEND, RESUME ->
          coded(
              ResultCode.INVALID_USAGE,
              who + " is revoked: split or shrink it, and use the child (LIF-19)");
    };
  }

  private static @Nullable RuntimeException finalized(Act act, String who) {
    return switch (act) {
      case QUESTION -> null;
      case FINALIZE, REVOKE ->
          coded(ResultCode.INVALID_ARGUMENT, who + " is finalized already (LIF-03, LIF-17)");
      case OPERATION, FAMILY, SHRINK_ABORT, SUSPEND, RESUME ->
          new IllegalStateException(who + " is finalized: only close() is left (LIF-04)");
    };
  }

  private static @Nullable RuntimeException suspended(Act act, String who) {
    return switch (act) {
      case RESUME, QUESTION -> null;
      case SUSPEND -> coded(ResultCode.INVALID_USAGE, who + " is suspended already (LIF-22)");
      case OPERATION, FAMILY, SHRINK_ABORT, FINALIZE, REVOKE ->
          new IllegalStateException(who + " is suspended: resume() it first (LIF-23)");
    };
  }

  private static CollectiveException coded(ResultCode code, String words) {
    return new CollectiveException(code, words + ". Nothing was called.");
  }
}
