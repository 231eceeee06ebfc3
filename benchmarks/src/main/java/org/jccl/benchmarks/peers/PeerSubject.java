package org.jccl.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jccl.benchmarks.simspeed.PeerOperation;

/**
 * Somebody that can be measured.
 *
 * @param family whose column it is in
 * @param variant which of the family's ways; {@code default} for the plain one
 * @param ops operations that differ from the family's plain way
 * @param givesWay whether waiting ranks leave their core to others: if not, more ranks than cores
 *     take milliseconds a call, and are measured once, up to 512 KiB
 * @param environment what is added to the environment
 * @param command the command line for a task, or what a program that runs already is told
 * @param way how that is carried out
 */
record PeerSubject(
    Family family,
    String variant,
    Set<PeerOperation> ops,
    boolean givesWay,
    Map<String, String> environment,
    Function<Task, List<String>> command,
    Way way) {
  /** How a measuring program runs. */
  @FunctionalInterface
  interface Way {
    /** In {@code folder}, no longer than {@code limit}. */
    Child.Outcome run(
        List<String> command, Map<String, String> environment, Path folder, Duration limit)
        throws IOException, InterruptedException;
  }

  /** Somebody whose program is started for each task. */
  PeerSubject(
      Family family,
      String variant,
      Set<PeerOperation> ops,
      boolean givesWay,
      Map<String, String> environment,
      Function<Task, List<String>> command) {
    this(family, variant, ops, givesWay, environment, command, Child::run);
  }

  /** The plain way of a family. */
  static final String DEFAULT = "default";

  private static final long LARGEST_WITHOUT_WAY = 512 * 1024;

  /** Who it is. */
  enum Family {
    JCCL("jccl", ""),
    OPEN_MPI("Open MPI", "openmpi-bin libopenmpi-dev"),
    MPICH("MPICH", "mpich libmpich-dev"),
    GLOO("Gloo", "libgloo-dev libhiredis-dev g++"),
    LIMIT("C limit", "gcc");

    private final String label;
    private final String packages;

    Family(String label, String packages) {
      this.label = label;
      this.packages = packages;
    }

    String label() {
      return label;
    }

    /** Key in {@code --peers}. */
    String key() {
      return this == LIMIT ? "limit" : label.toLowerCase(Locale.ROOT).replace(" ", "");
    }

    /** What to install, as Debian calls it. */
    String packages() {
      return packages;
    }

    boolean isPeer() {
      return this == OPEN_MPI || this == MPICH || this == GLOO;
    }
  }

  /** Names it in samples: {@code openmpi:mal}. */
  String id() {
    return family.key() + ":" + variant;
  }

  /** The part of a task that this subject can do in a round; without sizes if none. */
  Task part(Task task, int round, int processors) {
    if (givesWay || task.ranks() <= processors) {
      return task;
    }
    return task.upTo(round == 0 ? LARGEST_WITHOUT_WAY : 0);
  }
}
