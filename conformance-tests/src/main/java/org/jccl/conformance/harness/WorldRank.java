package org.jccl.conformance.harness;

import java.util.function.Consumer;
import org.jccl.Communicator;
import org.jccl.Device;
import org.jccl.ProcessGroup;

/** One rank's view of a world, while a body runs on it. */
public final class WorldRank {
  private final int rank;
  private final World world;
  private final Consumer<String> problems;

  WorldRank(int rank, World world, Consumer<String> problems) {
    this.rank = rank;
    this.world = world;
    this.problems = problems;
  }

  /** 0 to {@code worldSize - 1}. */
  public int rank() {
    return rank;
  }

  /** Number of ranks. */
  public int worldSize() {
    return world.size();
  }

  /** This rank's device. */
  public Device device() {
    return communicator().device();
  }

  /** The world's communicator, shared by all tries: never close or abort it. */
  public Communicator communicator() {
    return world.communicator(rank);
  }

  /** What carries bytes between the ranks, and lets them wait for each other. */
  public ProcessGroup processGroup() {
    return world.processGroup(rank);
  }

  /** What was opened. */
  public Subject.Instance instance() {
    return world.instance();
  }

  /** Notes a problem and lets the rank go on, so that its peers are not left alone. */
  public void problem(String words) {
    problems.accept("rank " + rank + ": " + words);
  }

  /** Notes {@code words} unless {@code holds}. */
  public void check(boolean holds, String words) {
    if (!holds) {
      problem(words);
    }
  }
}
