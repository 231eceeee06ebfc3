package org.jccl;

import java.util.List;
import java.util.concurrent.Callable;

/** What a {@link RankProgram} is given: its place in the world, its device, its communicator. */
public interface Rank {
  /**
   * 0 to {@code worldSize - 1}.
   *
   * @return 0 to {@code worldSize - 1}
   */
  int rank();

  /** {@return the number of ranks} */
  int worldSize();

  /** {@return the backend that the ranks run on} */
  Backend backend();

  /** {@return the device of this rank} */
  Device device();

  /**
   * {@return a communicator over all ranks: opened before the program runs, closed after it,
   * aborted when it fails}
   */
  Communicator communicator();

  /** {@return the control plane over all ranks} */
  ProcessGroup processGroup();

  /** {@return the arguments of the program} */
  List<String> args();

  /**
   * Runs something that blocks outside jccl (a lock, a queue, a file): on the simulator other ranks
   * go on meanwhile, and the run is no longer guaranteed to be repeatable.
   *
   * @param <T> what the body returns
   * @param body what blocks
   * @return what the body returned
   * @throws Exception what the body throws
   */
  <T> T blocking(Callable<T> body) throws Exception;
}
