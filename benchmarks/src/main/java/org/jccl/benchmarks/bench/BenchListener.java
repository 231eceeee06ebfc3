package org.jccl.benchmarks.bench;

import org.jccl.benchmarks.report.Row;

/** Hears what a run finds, while it runs; called on rank 0's thread. */
public interface BenchListener {
  /** A row is about to be measured; {@code done} of {@code total} are. */
  void begins(String what, int done, int total);

  /** A row was measured. */
  void measured(Row row);

  /** The library refused an operation, which has no row then; {@code why} is one sentence. */
  void refused(String why);
}
