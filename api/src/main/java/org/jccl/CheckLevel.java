package org.jccl;

/**
 * How much is checked: by a communicator ({@link CommunicatorConfig#checks()}, the arguments and
 * states alone), or by a whole simulated world ({@link BackendConfig#checks()}).
 */
public enum CheckLevel {
  /** Nothing: the native code answers, with its own result codes. */
  NONE,
  /**
   * Argument rules, mismatch, deadlock, work on the same memory that nothing orders, leaks, each
   * with the lines of the program; fresh memory is poisoned.
   */
  DEFAULT,
  /**
   * Also: outputs poisoned from enqueue to completion, and the host reading back memory that nobody
   * has written (SIM-63).
   */
  FULL
}
