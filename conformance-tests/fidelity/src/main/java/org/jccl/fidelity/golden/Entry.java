package org.jccl.fidelity.golden;

/** One line of a recording. */
public sealed interface Entry permits RecordedCase, RecordedMicros {
  /** Its number in the file, from 1. */
  int line();

  /** Number of its communicator in the summary. */
  int communicator();
}
