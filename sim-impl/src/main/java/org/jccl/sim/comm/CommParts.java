package org.jccl.sim.comm;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jccl.sim.check.Contract;
import org.jccl.sim.check.Report;
import org.jccl.sim.math.DataPlane;
import org.jspecify.annotations.Nullable;

/** What carries out the operations of one communicator, put together when it is made. */
public final class CommParts {
  private final Clique comm;
  private final DataPlane dataPlane;
  private final Contract contract;
  private final Planning planning;
  private final RegistrationContract registrations;
  private final LaunchQueues launches;
  private final Signals signals;
  private final Assemblies assemblies;
  private final @Nullable Life[] lives;

  /**
   * The parts of {@code comm}.
   *
   * @param parent of the communicator that it was split or shrunk from, if it was
   */
  public CommParts(Clique comm, DataPlane dataPlane, @Nullable CommParts parent) {
    this.comm = comm;
    this.lives = new Life[comm.worldSize()];
    this.dataPlane = dataPlane;
    this.contract = new Contract(comm.name(), comm.worldSize());
    this.planning = new Planning(comm, parent == null ? null : parent.planning);
    this.registrations = new RegistrationContract(comm);
    Execution execution = new Execution(comm, planning, dataPlane);
    this.launches =
        new LaunchQueues(
            comm,
            new CollectiveMatching(comm, execution, registrations),
            new MessageMatching(comm, execution));
    this.signals = new Signals(comm);
    this.assemblies = new Assemblies(comm);
  }

  /** The communicator. */
  public Clique comm() {
    return comm;
  }

  /** How its collectives are carried out. */
  public Planning planning() {
    return planning;
  }

  DataPlane dataPlane() {
    return dataPlane;
  }

  Contract contract() {
    return contract;
  }

  LaunchQueues launches() {
    return launches;
  }

  Signals signals() {
    return signals;
  }

  /** Where the hosts of all ranks meet. */
  Assemblies assemblies() {
    return assemblies;
  }

  void join(Life life, LaunchQueue own, Registrations registered) {
    comm.join(own.member());
    lives[own.member().rank()] = life;
    launches.join(own);
    registrations.join(registered);
  }

  /** The rank gave up its creation. */
  public void leave(int rank) {
    comm.leave(rank);
    lives[rank] = null;
    launches.leave(rank);
  }

  /** The communicators of its ranks, ascending. */
  List<Life> lives() {
    return Arrays.stream(lives).filter(Objects::nonNull).map(Life.class::cast).toList();
  }

  /** All ranks are there: from now on it shares devices with {@code other}. */
  public void meets(CommParts other) {
    if (comm.world().isChecking() && !other.comm.isOver()) {
      launches.order().add(other.launches.order());
      other.launches.order().add(launches.order());
    }
  }

  /** Whether anything of it is not done. */
  public boolean isPending() {
    return launches.isPending() || assemblies.isPending();
  }

  /** Why nothing moves, if that is because a rank's call had count 0 (SIM-08). */
  public @Nullable Report findDropped() {
    boolean looks = comm.stopped() == null && comm.world().isChecking();
    return looks ? contract.findDropped() : null;
  }
}
