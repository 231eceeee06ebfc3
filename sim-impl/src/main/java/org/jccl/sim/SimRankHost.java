package org.jccl.sim;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.CollectiveException;
import org.jccl.Device;
import org.jccl.ProcessGroup;
import org.jccl.RankHost;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.process.ProcessGroups;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.faults.FaultInjector;
import org.jccl.sim.kernel.RankPrograms;
import org.jspecify.annotations.Nullable;

/** Runs programs of ranks on simulated devices, and says what became of them. */
final class SimRankHost implements RankHost {
  private final SimBackend backend;
  private final Simulator simulator;
  private final Simulation simulation;
  private final StallWatch watch;

  SimRankHost(SimBackend backend, Simulator simulator, Simulation simulation, StallWatch watch) {
    this.backend = backend;
    this.simulator = simulator;
    this.simulation = simulation;
    this.watch = watch;
  }

  @Override
  public void run(int worldSize, Body body) throws InterruptedException {
    boolean begun = simulation.findings().begin();
    AtomicReference<@Nullable RuntimeException> lost = new AtomicReference<>();
    RankPrograms programs =
        new RankPrograms(
            simulation.kernel(),
            worldSize,
            rank -> {
              body.run(rank);
              lost.compareAndSet(null, programEnds(rank));
              lost.compareAndSet(null, simulation.kernel().verdict());
            });
    try (StallWatch.Guard guard = watch.start(programs, body)) {
      programs.run();
      RuntimeException left = lost.get();
      FaultInjector faults = simulator.injector();
      left = left != null || faults == null ? left : faults.verdict(worldSize);
      left = left == null ? simulation.findings().swallowed() : left;
      RuntimeException found = left == null ? untold() : left;
      if (found != null) {
        throw found;
      }
    } finally {
      if (begun) {
        simulation.findings().end();
      }
    }
  }

  @Override
  public Throwable explain(Throwable failure) {
    RuntimeException verdict = simulation.kernel().verdict();
    RuntimeException why = simulation.kernel().currentRun().condemnation();
    return why != null ? why : verdict != null ? verdict : whatFailed(failure);
  }

  /**
   * A call on a communicator that a report has failed says no more than that another rank has gone
   * wrong: the report is what happened. Else the failure itself.
   */
  private Throwable whatFailed(Throwable failure) {
    boolean tellsOfAnother =
        failure instanceof CollectiveException known && known.code() == ResultCode.REMOTE_ERROR;
    ReportedMisuse before = simulation.findings().beforeFailures();
    return tellsOfAnother && before != null ? before : failure;
  }

  @Override
  public void begins(int rank) {
    FaultInjector faults = simulator.injector();
    if (faults != null) {
      faults.begins(rank);
    }
  }

  @Override
  public List<String> causes() {
    return simulation.findings().faults().causes();
  }

  @Override
  public void failed(int rank, Throwable failure) {
    simulation.findings().failed(failure);
  }

  @Override
  public void ended(int rank) {
    simulation.kernel().currentRun().programEnds();
  }

  @Override
  public String replay() {
    return simulation.findings().replay();
  }

  @Override
  public List<ProcessGroup> processGroups(int worldSize) {
    HeapRoom.require("ranks", worldSize, HeapRoom.RANK_BYTES);
    return ProcessGroups.inJvm(worldSize);
  }

  @Override
  public <T> T blocking(Callable<T> body) throws Exception {
    return simulation.kernel().outside(body::call);
  }

  @Override
  public boolean isGone(int rank) {
    FaultInjector faults = simulator.injector();
    return faults != null && faults.isGone(rank);
  }

  /** The program of a rank has ended; its process may be gone, and then it has left nothing. */
  private @Nullable RuntimeException programEnds(int rank) {
    FaultInjector faults = simulator.injector();
    if (faults != null) {
      faults.ends(rank);
    }
    if (isGone(rank)) {
      backend.raw().threadIsGone();
      simulation.lifetimes().forget(rank);
      return null;
    }
    return backend.raw().threadEnds();
  }

  /** A report of work that ended behind the last call of its rank, or null. */
  private @Nullable RuntimeException untold() {
    RuntimeException first = null;
    for (Device each : backend.devices()) {
      RuntimeException found = ((SimDevice) each).takeUntold();
      first = first == null ? found : first;
    }
    return first;
  }
}
