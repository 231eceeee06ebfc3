package org.jccl.fidelity.differential;

import java.util.List;
import java.util.stream.Collectors;
import org.jccl.conformance.cases.WorldSplit;

/**
 * What every rank of a world does with communicators' lives, on the raw surface: collective
 * management in the same order everywhere, nothing but an end after an abort.
 */
public record LifecycleProgram(int ranks, List<Deed> deeds) {
  /** What is done. */
  public enum Act {
    /** A communicator over {@code members} is made, with a configuration. */
    INIT,
    /** Two are made in one group (rule GRP-09). */
    INIT_TWO,
    /** {@code made} is split off. */
    SPLIT,
    /** {@code made} is what remains without rank {@code argument} of the communicator. */
    SHRINK,
    /** An all-reduce. */
    REDUCE,
    /** A broadcast from root -1: on a nonblocking communicator the failure stays (ERR-05). */
    WRONG_ROOT,
    /** {@code ncclCommFinalize}, then waiting for it. */
    FINALIZE,
    /** {@code ncclCommRevoke} with {@code argument} as flags. */
    REVOKE,
    /** {@code ncclCommCount}. */
    COUNT,
    /** {@code ncclCommUserRank}. */
    USER_RANK,
    /** {@code ncclCommGetAsyncError}. */
    STATE,
    /** {@code ncclCommDestroy}. */
    DESTROY,
    /** {@code ncclCommAbort}. */
    ABORT,
    /** The ends of no communicator at all (rule LIF-01). */
    NULLS
  }

  /**
   * One deed.
   *
   * @param slot number of the communicator
   * @param made number of the communicator that is made, or -1
   * @param members which ranks have the communicator; of one that is made, which will have it
   * @param parents of a child, which ranks have the communicator it comes from
   * @param blocking whether the communicator is a blocking one
   */
  public record Deed(
      Act act,
      int slot,
      int made,
      WorldSplit members,
      WorldSplit parents,
      boolean blocking,
      int argument) {
    @Override
    public String toString() {
      return act
          + " "
          + slot
          + (made < 0 ? "" : " -> " + made)
          + (blocking ? "" : " (nonblocking)")
          + (argument == 0 ? "" : " " + argument)
          + (made < 0 ? "" : " colours " + members.colours() + " keys " + members.keys());
    }
  }

  /** Copies the list. */
  public LifecycleProgram {
    deeds = List.copyOf(deeds);
  }

  /** Number of communicators that are made. */
  public int communicators() {
    return deeds.stream().mapToInt(deed -> Math.max(deed.slot(), deed.made())).max().orElse(-1) + 1;
  }

  @Override
  public String toString() {
    return ranks
        + (ranks == 1 ? " rank:" : " ranks:")
        + deeds.stream().map(deed -> "\n  " + deed).collect(Collectors.joining());
  }
}
