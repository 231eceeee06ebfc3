package org.jccl.benchmarks.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Another program that makes the same calls of NCCL, and has its turn in every round. */
public interface NcclPeer extends AutoCloseable {
  /** Its name in tables: {@code nccl-tests}. */
  String name();

  /**
   * Measures an operation in these sizes, once.
   *
   * @return microseconds of one call by size, as {@link WayTimes} counts both; without what it
   *     cannot do
   * @throws IOException if it failed; the message is for the user
   */
  Map<Long, Double> measure(Workload workload, List<Long> bytes)
      throws IOException, InterruptedException;

  /** Ends what runs. */
  @Override
  void close();
}
