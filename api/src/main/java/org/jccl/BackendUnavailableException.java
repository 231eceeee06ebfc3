package org.jccl;

/** No backend can do what was asked; the message lists what was tried and why each failed. */
public final class BackendUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Lists what was tried.
   *
   * @param message what went wrong, and what to do
   */
  public BackendUnavailableException(String message) {
    super(message);
  }
}
