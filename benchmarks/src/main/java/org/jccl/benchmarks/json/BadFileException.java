package org.jccl.benchmarks.json;

/** A file that cannot be used; the message is one line for the user. */
public final class BadFileException extends Exception {
  private static final long serialVersionUID = 1L;

  /** {@code message} is one line that names the file. */
  public BadFileException(String message) {
    super(message);
  }
}
