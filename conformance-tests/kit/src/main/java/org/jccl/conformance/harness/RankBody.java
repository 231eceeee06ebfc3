package org.jccl.conformance.harness;

/** What every rank of a world runs. */
@FunctionalInterface
public interface RankBody {
  /** Runs as one rank; an exception fails the rule and ends the world. */
  void run(WorldRank rank) throws Exception;
}
