package org.jccl.benchmarks.jmh;

/** When ranks wait for their streams. */
public enum CallWay {
  /** After each call. */
  SYNCHRONOUS,
  /** Once, after all calls. */
  ENQUEUED
}
