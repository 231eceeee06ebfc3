package org.jccl;

/** The kinds of misuse that the simulator names (chapter 11 of the rule book). */
public enum MisuseKind {
  /** Ranks differ in operation, count, type, reduction or root of one call (SIM-01 to SIM-08). */
  MISMATCH,
  /** Nothing can run and ranks still wait: a cycle, or a rank that never comes (SIM-07, SIM-12). */
  DEADLOCK,
  /** The lengths of a matching send and receive differ (SIM-09, SIM-15). */
  P2P_LENGTH,
  /** Memory that an operation in flight uses was freed (SIM-29). */
  BUFFER_FREED,
  /** Memory that an operation in flight uses is used by something unordered (SIM-28). */
  BUFFER_REUSE,
  /** An address range is not inside one live allocation (SIM-25, SIM-26). */
  BUFFER_RANGE,
  /** The memory belongs to another device (SIM-27). */
  BUFFER_DEVICE,
  /** A rank blocks outside jccl while it holds the baton. */
  HOST_BLOCKED,
  /** Two threads were inside one communicator (SIM-42). */
  THREAD_RACE,
  /** Some members of a communicator captured an operation, others did not (SIM-50). */
  CAPTURE_MISMATCH
}
