package org.jccl.conformance.cases;

/** What the buffers of a program are. */
public enum MemoryKind {
  /** Plain device memory. */
  PLAIN,
  /** Registered with {@code ncclCommRegister}. */
  REGISTERED,
  /** In a symmetric window. */
  WINDOW
}
