package org.jccl.benchmarks.bench;

/**
 * Inputs of all ranks and the one right result, element by element, as bits of the data type.
 *
 * <p>A pure function of its arguments: results are recomputed wherever they are needed, never sent
 * around. Safe for any number of threads.
 */
interface CheckedData {
  /** What {@code rank} contributes to element {@code index}. */
  long input(int rank, long index);

  /** All ranks' contributions to element {@code index}, combined. */
  long result(long index);

  /** How far a result may be off, in units in the last place; 0 means equal bits. */
  int tolerance();
}
