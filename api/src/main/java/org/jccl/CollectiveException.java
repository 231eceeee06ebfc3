package org.jccl;

import org.jspecify.annotations.Nullable;

/**
 * A collective operation, a communicator or a group failed.
 *
 * <p>The message names communicator, rank, operation and sequence number where they are known, the
 * library's own last words, and what to try. Wrong arguments found before anything was enqueued are
 * {@link IllegalArgumentException}s instead, wrong states {@link IllegalStateException}s.
 */
public class CollectiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the library answered. */
  private final ResultCode code;

  /**
   * A failure with NCCL's result code.
   *
   * @param code what the library answered
   * @param message what went wrong, and what to do
   */
  public CollectiveException(ResultCode code, String message) {
    this(code, message, null);
  }

  /**
   * A failure with NCCL's result code and a cause.
   *
   * @param code what the library answered
   * @param message what went wrong, and what to do
   * @param cause what caused it
   */
  public CollectiveException(ResultCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** {@return NCCL's result; {@link ResultCode#UNKNOWN} where the failure has none} */
  public ResultCode code() {
    return code;
  }
}
