package org.jccl;

/**
 * The body of a piece of work has thrown (STR-35): its words name the work and the line. Thrown
 * once, to who waits for the device, or else by the next call that uses it.
 */
public final class WorkFailedException extends CollectiveException {
  private static final long serialVersionUID = 1L;

  /**
   * The failure of a body.
   *
   * @param message the work and where it was enqueued
   * @param cause what the body has thrown
   */
  public WorkFailedException(String message, Throwable cause) {
    super(ResultCode.UNKNOWN, message, cause);
    setStackTrace(cause.getStackTrace());
  }
}
