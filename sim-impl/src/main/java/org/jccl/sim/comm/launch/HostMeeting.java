package org.jccl.sim.comm.launch;

import java.util.List;
import java.util.TreeSet;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** The host waits inside its call for calls of other ranks of the communicator, not for data. */
public abstract class HostMeeting implements Wait {
  private final LaunchQueue queue;
  private final SharedComm comm;

  /**
   * @param queue the launches of the rank that waits
   */
  HostMeeting(LaunchQueue queue) {
    this.queue = queue;
    this.comm = queue.member().comm();
  }

  /** The launches of the rank that waits. */
  final LaunchQueue queue() {
    return queue;
  }

  /** What the call that waits has launched, if it has come to that. */
  @Nullable Launch launch() {
    return null;
  }

  /** The ranks of the communicator that have not made their call. */
  abstract List<Integer> absent();

  /** It is met: tells which calls of others it has needed. */
  void tells(Steering steering) {
    steering.unknown();
  }

  /** Waits, baton given up. */
  public final void await(HostTask task) {
    LaunchQueue.Owner owner = queue.owner();
    Kernel kernel = comm.simulation().kernel();
    kernel.divides(task);
    if (!isMet()) {
      comm.addWaiter(task);
      owner.waits(task);
      try {
        kernel.await(task, () -> isMet() || owner.refusal() != null, this);
      } finally {
        owner.waits(null);
        comm.removeWaiter(task);
      }
    }
    Steering steering = kernel.steering();
    if (steering != null) {
      tells(steering);
    }
    RuntimeException refusal = owner.refusal();
    if (refusal != null) {
      throw Rethrown.of(refusal);
    }
  }

  private boolean isMet() {
    return absent().isEmpty();
  }

  @Override
  public List<Integer> ranks() {
    TreeSet<Integer> drivers = new TreeSet<>();
    absent().forEach(rank -> drivers.add(comm.driver(rank)));
    return List.copyOf(drivers);
  }

  @Override
  public List<String> operations() {
    Launch own = launch();
    return own == null ? List.of() : own.asWait().operations();
  }

  @Override
  public List<String> reasons() {
    return comm.whoClosed(absent());
  }

  @Override
  public Nature nature() {
    return Nature.COLLECTIVE;
  }

  @Override
  public String communicator() {
    return comm.name();
  }
}
