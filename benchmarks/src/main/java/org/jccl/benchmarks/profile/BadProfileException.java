package org.jccl.benchmarks.profile;

/** A profile file that cannot be used; the message is one line for the user. */
public final class BadProfileException extends Exception {
  private static final long serialVersionUID = 1L;

  BadProfileException(String message) {
    super(message);
  }
}
