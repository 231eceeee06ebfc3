package org.jccl.test;

/** What the ranks of a test run on. */
public enum TestBackend {
  /** Simulated GPUs: everywhere, in many schedules. */
  SIM,
  /**
   * Real GPUs through NCCL. The node runs once. It is skipped with the reason where there are too
   * few GPUs or no library, and fails instead if the system property {@value
   * RankTestExtension#REQUIRE_GPUS} is {@code true}. In one JVM, two such nodes never run at the
   * same time. {@link OnGpus} gives the test a tag and a lock of JUnit's.
   */
  NCCL,
  /** {@link #SIM}, and then {@link #NCCL} where it is there. */
  AUTO
}
