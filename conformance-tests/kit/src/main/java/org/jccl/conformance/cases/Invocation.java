package org.jccl.conformance.cases;

/** One call of a program: a right one or a wrong one. */
public sealed interface Invocation permits Placed, Refused {
  /** Index of the communicator. */
  int communicator();

  /** Index of the stream. */
  int stream();
}
