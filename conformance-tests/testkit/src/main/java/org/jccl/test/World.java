package org.jccl.test;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs of one run of a {@link RankTest}, for code that does not take a {@link org.jccl.Rank}:
 * frameworks, threads of the test's own.
 *
 * <p>It is closed when the test method returns; what it opened has to be closed before.
 */
public final class World {
  private final Backend backend;
  private final int ranks;
  private final String schedule;
  private final @Nullable Simulator simulator;
  private final UnaryOperator<RankProgram> programs;

  /** {@code programs} makes of each program what is run. */
  World(
      Backend backend,
      int ranks,
      String schedule,
      @Nullable Simulator simulator,
      UnaryOperator<RankProgram> programs) {
    this.backend = backend;
    this.ranks = ranks;
    this.schedule = schedule;
    this.simulator = simulator;
    this.programs = programs;
  }

  /** {@return the number of ranks that this node of the test is for} */
  public int ranks() {
    return ranks;
  }

  /** {@return what owns the devices} */
  public Backend backend() {
    return backend;
  }

  /** {@return the devices, at least as many as {@link #ranks}} */
  public List<Device> devices() {
    return backend.devices();
  }

  /** {@return the simulator; empty on real GPUs} */
  public Optional<Simulator> simulator() {
    return Optional.ofNullable(simulator);
  }

  /** {@return what replays this run: {@code "ranks=3 seed=7 strict"}} */
  public String schedule() {
    return schedule;
  }

  /**
   * Runs a program on {@link #ranks} ranks, as {@link Ranks#run(Backend, int, RankProgram)} does.
   *
   * @param program what every rank runs
   * @throws org.jccl.RanksFailedException if a rank failed
   */
  public void run(RankProgram program) {
    Ranks.run(backend, ranks, programs.apply(program));
  }

  @Override
  public String toString() {
    return backend.name() + " world, " + schedule;
  }
}
