package org.jccl;

import org.jspecify.annotations.Nullable;

/** The communicator was aborted, by its owner or because another rank failed. */
public final class CommunicatorAbortedException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  /**
   * Says which communicator and why it was aborted.
   *
   * @param message what went wrong, and what to do
   * @param cause what caused it
   */
  public CommunicatorAbortedException(String message, @Nullable Throwable cause) {
    super(ResultCode.REMOTE_ERROR, message, cause);
  }
}
