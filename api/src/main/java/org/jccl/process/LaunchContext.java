package org.jccl.process;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a launcher says of this process: its rank, the number of ranks, and where rank 0 is; with
 * the reason for each. {@link ProcessGroups#launch()} reads it from the environment.
 */
public final class LaunchContext {
  /** Where the ranks find each other. */
  enum Meeting {
    /** Rank 0 listens at host and port. */
    AT_RANK_ZERO,
    /** A store of torch listens there, and knows where rank 0 is. */
    AT_STORE
  }

  private final Launcher launcher;
  private final int rank;
  private final int worldSize;
  private final OptionalInt localRank;
  private final Meeting meeting;
  private final String host;
  private final int port;
  private final String attempt;
  private final String secret;
  private final List<String> reasons;

  LaunchContext(LaunchReader read) {
    this.launcher = read.launcher;
    this.rank = read.rank;
    this.worldSize = read.worldSize;
    this.localRank = read.localRank;
    this.meeting = read.meeting;
    this.host = read.host;
    this.port = read.port;
    this.attempt = read.attempt;
    this.secret = read.secret;
    this.reasons = List.copyOf(read.reasons);
  }

  /**
   * {@return who started this process: {@code torchrun}, {@code Open MPI}, {@code MPICH}, {@code
   * Slurm}, {@code PMIx}, {@code Kubernetes}, or {@code environment} if nobody left a mark}
   */
  public String launcher() {
    return launcher.label();
  }

  /** {@return this process's rank} */
  public int rank() {
    return rank;
  }

  /** {@return the number of ranks} */
  public int worldSize() {
    return worldSize;
  }

  /**
   * {@return this process's number among those of its host, which is the index of its device; empty
   * if the launcher does not tell}
   */
  public OptionalInt localRank() {
    return localRank;
  }

  /** {@return host of rank 0, or of the store that knows where rank 0 is} */
  public String host() {
    return host;
  }

  /** {@return port of rank 0, or of the store} */
  public int port() {
    return port;
  }

  /** {@return whether host and port are those of a store of torch, which torchrun's agent holds} */
  public boolean isStore() {
    return meeting == Meeting.AT_STORE;
  }

  /** {@return whether the environment carries a secret for the group} */
  public boolean hasSecret() {
    return !secret.isEmpty();
  }

  String secret() {
    return secret;
  }

  /** What tells this start of the job from its restarts; part of the keys in a store. */
  String attempt() {
    return attempt;
  }

  /** {@return each thing that was taken, with the variable that it was taken from} */
  public List<String> reasons() {
    return reasons;
  }

  /** {@return one line: what was taken, and why} */
  @Override
  public String toString() {
    return launcher.label() + ": " + String.join("; ", reasons);
  }
}
