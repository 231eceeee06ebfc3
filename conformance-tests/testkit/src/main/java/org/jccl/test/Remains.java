package org.jccl.test;

/** What is looked for after each schedule of a {@link RankTest}. */
public enum Remains {
  /** Something was not closed: a communicator, buffer, stream, event, window, graph, … */
  LEAK,
  /** The simulator reported something that did not fail the test: a warning, or a caught error. */
  FINDING,
  /** A rank of the run has not ended, or still waits. */
  TASK,
  /** A thread that the test started is still alive. */
  THREAD,
  /** A fault of {@link Faults} has not struck: the test does not come to that call. */
  FAULT
}
