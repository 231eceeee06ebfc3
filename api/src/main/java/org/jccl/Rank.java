package org.jccl;

import java.util.List;
import java.util.concurrent.Callable;

/** What a {@link RankProgram} is given: its place in the world, its device, its communicator. */
public interface Rank {
  /** 0 to {@code worldSize - 1}. */
  int rank();

  /** Number of ranks. */
  int worldSize();

  /** The backend that the ranks run on. */
  Backend backend();

  /** The device of this rank. */
  Device device();

  /**
   * A communicator over all ranks: opened before the program runs, closed after it, aborted when it
   * fails.
   */
  Communicator communicator();

  /** The control plane over all ranks. */
  ProcessGroup processGroup();

  /** Arguments of the program. */
  List<String> args();

  /**
   * Runs something that blocks outside jccl (a lock, a queue, a file): on the simulator other ranks
   * go on meanwhile, and the run is no longer guaranteed to be repeatable.
   */
  <T> T blocking(Callable<T> body) throws Exception;
}
