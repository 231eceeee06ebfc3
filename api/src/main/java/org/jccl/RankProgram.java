package org.jccl;

/** What every rank runs; {@link Ranks} starts it once per rank. */
@FunctionalInterface
public interface RankProgram {
  /**
   * Runs on the rank's own thread. An exception fails the rank and aborts the others.
   *
   * @param rank what this rank is given
   * @throws Exception what the body throws
   */
  void run(Rank rank) throws Exception;
}
