package org.jccl;

/**
 * How much is checked: by a communicator ({@link CommunicatorConfig#checks()}, the arguments and
 * states alone), or by a whole simulated world ({@link BackendConfig#checks()}).
 */
public enum CheckLevel {
  /** Nothing: the native code answers, with its own result codes. */
  NONE,
  /** Argument rules, mismatch, deadlock, buffers in flight, leaks; fresh memory is poisoned. */
  DEFAULT,
  /** Also: outputs poisoned from enqueue to completion, and the call site of every call. */
  FULL
}
