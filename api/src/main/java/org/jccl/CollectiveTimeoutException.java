package org.jccl;

import org.jspecify.annotations.Nullable;

/** A wait that is bounded by a configured time ran out: peers are late, gone or stuck. */
public final class CollectiveTimeoutException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what was waited for, how long, and what to try.
   *
   * @param message what went wrong, and what to do
   */
  public CollectiveTimeoutException(String message) {
    this(message, null);
  }

  /**
   * The same with a cause.
   *
   * @param message what went wrong, and what to do
   * @param cause what caused it
   */
  public CollectiveTimeoutException(String message, @Nullable Throwable cause) {
    super(ResultCode.TIMEOUT, message, cause);
  }
}
