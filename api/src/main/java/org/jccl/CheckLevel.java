package org.jccl;

/** How much is checked; the simulator's own checks follow the same scale. */
public enum CheckLevel {
  /** Nothing: the native code answers, with its own result codes. */
  NONE,
  /** Argument rules, mismatch, deadlock, buffers in flight, leaks; fresh memory is poisoned. */
  DEFAULT,
  /**
   * Also: outputs poisoned from enqueue to completion, memory that nobody has written and that is
   * sent or read back (SIM-63), and the call site of every call.
   */
  FULL
}
