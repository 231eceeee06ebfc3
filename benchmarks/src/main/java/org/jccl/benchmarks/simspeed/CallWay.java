package org.jccl.benchmarks.simspeed;

/** When ranks wait for their streams. */
public enum CallWay {
  /** After each call. */
  SYNCHRONOUS,
  /** Once, after all calls. */
  ENQUEUED
}
