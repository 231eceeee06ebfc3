package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.sim.check.Contract;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.launch.IssueOrders;
import org.jccl.sim.comm.launch.LaunchQueue;
import org.jccl.sim.comm.launch.LaunchQueues;
import org.jccl.sim.comm.match.CollectiveMatching;
import org.jccl.sim.comm.match.DataMovement;
import org.jccl.sim.comm.match.MessageMatching;
import org.jccl.sim.comm.match.RegistrationChecks;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.comm.onesided.Signals;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.math.DataPlane;
import org.jspecify.annotations.Nullable;

/** What carries out the operations of one communicator, put together when it is made. */
public final class CommParts {
  private final SharedComm comm;
  private final DataPlane dataPlane;
  private final Departures departures;
  private final Contract contract;
  private final Planner planning;
  private final RegistrationChecks registrations;
  private final LaunchQueues launches;
  private final MessageMatching messages;
  private final CollectiveMatching collectives;
  private final Signals signals;
  private final HostCollectives assemblies;
  private final List<ReclaimJob> leaving = new ArrayList<>(0);
  private final List<FinalizeJob> finalizing = new ArrayList<>(0);
  private final @Nullable CommLifecycle[] lives;
  private final Consumer<CommParts> whenOver;

  /**
   * The parts of {@code comm}.
   *
   * @param parent of the communicator that it was split or shrunk from, if it was
   * @param whenOver told when all its ranks have ended
   */
  public CommParts(
      SharedComm comm,
      DataPlane dataPlane,
      Departures departures,
      @Nullable CommParts parent,
      Consumer<CommParts> whenOver) {
    this.comm = comm;
    this.whenOver = whenOver;
    this.lives = new CommLifecycle[comm.worldSize()];
    this.dataPlane = dataPlane;
    this.departures = departures;
    this.contract = new Contract(comm.name(), comm.worldSize());
    this.planning = new Planner(comm, parent == null ? null : parent.planning);
    this.registrations = new RegistrationChecks(comm);
    DataMovement execution = new DataMovement(comm, planning, dataPlane);
    this.messages = new MessageMatching(comm, execution);
    this.collectives = new CollectiveMatching(comm, execution, registrations);
    this.launches = new LaunchQueues(comm, collectives, messages);
    this.signals = new Signals(comm);
    this.assemblies = new HostCollectives(comm);
  }

  /** The communicator. */
  public SharedComm comm() {
    return comm;
  }

  /** How its collectives are carried out. */
  public Planner planning() {
    return planning;
  }

  DataPlane dataPlane() {
    return dataPlane;
  }

  /** Who has ended a communicator, in the whole simulation. */
  Departures departures() {
    return departures;
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

  /** Strict: its ranks that have been ended and wait for the others. */
  List<ReclaimJob> leaving() {
    return leaving;
  }

  /** Its ranks whose finalize has come to where it waits for the others of its host. */
  List<FinalizeJob> finalizing() {
    return finalizing;
  }

  /** Where the hosts of all ranks meet. */
  HostCollectives assemblies() {
    return assemblies;
  }

  void join(CommLifecycle life, LaunchQueue own, Registrations registered) {
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
  List<CommLifecycle> lives() {
    List<CommLifecycle> present = new ArrayList<>(lives.length);
    for (CommLifecycle life : lives) {
      if (life != null) {
        present.add(life);
      }
    }
    return present;
  }

  /**
   * What was sent and not taken by all that should, as a report; null if all was, or nobody looks.
   */
  @Nullable ReportBuilder findUnreceived() {
    boolean looks = comm.stopped() == null && comm.simulation().isChecking();
    if (!looks || lives().stream().anyMatch(CommLifecycle::isAborted)) {
      return null;
    }
    ReportBuilder unreceived = messages.findUnreceived();
    return unreceived == null ? collectives.findUnjoined() : unreceived;
  }

  /** All ranks have ended. */
  void over() {
    whenOver.accept(this);
  }

  /** All ranks are there: from now on its collectives have a place among those of others. */
  public void complete(IssueOrders orders) {
    if (comm.simulation().isChecking()) {
      launches.order().complete(orders);
    }
  }

  /** Whether anything of it is not done. */
  public boolean isPending() {
    return launches.isPending() || assemblies.isPending();
  }

  /** Why nothing moves, if that is because a rank's call had count 0 (SIM-08). */
  public @Nullable ReportBuilder findDropped() {
    boolean looks = comm.stopped() == null && comm.simulation().isChecking();
    return looks ? contract.findDropped() : null;
  }
}
