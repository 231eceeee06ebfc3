package org.jccl.sim.explore;

import java.time.Duration;
import java.util.List;
import org.jccl.Backend;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.sim.Simulator;

/** The world of one schedule. */
public final class ExploredWorld {
  private static final Duration LONG = Duration.ofMinutes(2);

  private final Simulator simulator;
  private final Course course;
  private final int ranks;
  private final List<String> args;

  ExploredWorld(Simulator simulator, Course course, int ranks, List<String> args) {
    this.args = args;
    this.simulator = simulator;
    this.course = course;
    this.ranks = ranks;
  }

  /** {@return the simulator} */
  public Simulator simulator() {
    return simulator;
  }

  /** {@return its backend} */
  public Backend backend() {
    return simulator.backend();
  }

  /** {@return the number of ranks that the explorer was told} */
  public int ranks() {
    return ranks;
  }

  /**
   * Runs a program on all ranks; what is between its begin and its end is explored.
   *
   * @param program the program
   */
  public void run(RankProgram program) {
    Ranks.run(backend(), ranks, args, explored(program));
  }

  /**
   * {@return the program, which tells when it begins and ends on a rank: for those who start the
   * ranks themselves, and run it on all of them}
   *
   * @param program the program
   */
  public RankProgram explored(RankProgram program) {
    return rank -> {
      course.comes();
      rank.processGroup().barrier(LONG); // which rank begins is steered, too
      course.programBegins(rank.rank());
      boolean failed = true;
      try {
        program.run(rank);
        failed = false;
      } finally {
        course.programEnds(rank.rank(), failed);
      }
    };
  }
}
