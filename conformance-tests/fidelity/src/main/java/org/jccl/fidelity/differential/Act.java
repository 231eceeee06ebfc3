package org.jccl.fidelity.differential;

/** One call of a program: a right one or a wrong one. */
public sealed interface Act permits Call, Refused {
  /** Index of the communicator. */
  int communicator();

  /** Index of the stream. */
  int stream();
}
