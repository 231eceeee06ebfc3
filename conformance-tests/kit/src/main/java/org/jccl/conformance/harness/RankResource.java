package org.jccl.conformance.harness;

/** What a rank keeps in its world from body to body, see {@link WorldRank#kept}. */
public interface RankResource {
  /** Ends what other ranks may wait for; the world has failed. */
  void abort();

  /** Frees everything, on the rank's own thread, before the world's communicator is closed. */
  void close();
}
