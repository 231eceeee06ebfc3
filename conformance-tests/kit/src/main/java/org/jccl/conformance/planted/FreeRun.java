package org.jccl.conformance.planted;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.ProcessGroup;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.process.ProcessGroups;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/** The control: the ranks run on threads of their own, in the machine's order. */
final class FreeRun {
  private static final long LONGEST = 5_000;

  private FreeRun() {}

  /** Whether one run with the order of the machine has found the bug. */
  static boolean finds(PlantedBug bug) throws InterruptedException {
    RankProgram program = bug.program().get();
    List<ProcessGroup> groups = ProcessGroups.inJvm(bug.ranks());
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Simulator world =
        Simulator.builder()
            .devices(bug.ranks())
            .checks(CheckLevel.FULL)
            .warnings(line -> {})
            .build();
    List<Thread> threads = new ArrayList<>();
    for (int rank = 0; rank < bug.ranks(); rank++) {
      ProcessGroup group = groups.get(rank);
      Device device = world.backend().devices().get(rank);
      threads.add(
          Thread.ofPlatform().daemon().start(() -> run(world, group, device, program, failure)));
    }
    boolean hangs = false;
    for (Thread each : threads) {
      each.join(LONGEST);
      hangs |= each.isAlive();
    }
    boolean found = hangs || failure.get() != null || !world.findings().isEmpty();
    if (!hangs) {
      world.close();
    }
    return found;
  }

  private static void run(
      Simulator world,
      ProcessGroup group,
      Device device,
      RankProgram program,
      AtomicReference<@Nullable Throwable> failure) {
    try (ProcessGroup own = group;
        Communicator comm = Communicator.open(own, device, CommunicatorConfig.defaults())) {
      program.run(new FreeRank(world.backend(), device, comm, own));
    } catch (Throwable thrown) {
      failure.compareAndSet(null, thrown);
    }
  }

  private record FreeRank(
      Backend backend, Device device, Communicator communicator, ProcessGroup processGroup)
      implements Rank {
    @Override
    public int rank() {
      return communicator.rank();
    }

    @Override
    public int worldSize() {
      return communicator.worldSize();
    }

    @Override
    public List<String> args() {
      return List.of();
    }

    @Override
    public <T> T blocking(Callable<T> body) throws Exception {
      return body.call();
    }
  }
}
