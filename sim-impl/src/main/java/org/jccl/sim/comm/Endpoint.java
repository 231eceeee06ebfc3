package org.jccl.sim.comm;

import java.util.ArrayDeque;
import org.jccl.sim.check.Clock;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * One rank of a simulated communicator, C-shaped: what it knows of its operations. The typed
 * communicator and the raw surface both stand on it.
 */
public final class Endpoint {
  private final Clique clique;
  private final int rank;
  private final SimDevice device;
  private final PendingLaunches pending = new PendingLaunches();
  private long gatheringsJoined;
  private long collectivesPlaced;
  private @Nullable Launch last;
  private @Nullable HostTask lastUser;
  private @Nullable Clock order;
  private @Nullable Clock known;
  private final Life life;
  private final ArrayDeque<HostJob> hostJobs = new ArrayDeque<>(1);
  private final Registrations registrations = new Registrations(this);
  private final OneSided oneSided = new OneSided(this);
  private final Suspension suspension = new Suspension(this);
  private final Scales scales;
  private final Admission admission;
  private final Launching launching;

  Endpoint(Clique clique, int rank, Life life) {
    this.clique = clique;
    this.rank = rank;
    this.device = life.device();
    this.life = life;
    this.scales = new Scales(device.world());
    this.admission = new Admission(this);
    this.launching = new Launching(this);
    this.lastUser = device.world().kernel().holder();
  }

  public Clique clique() {
    return clique;
  }

  /** The communicator's name, equal on all ranks. */
  public String name() {
    return clique.name();
  }

  /** This endpoint's rank. */
  public int rank() {
    return rank;
  }

  /** Number of ranks. */
  public int worldSize() {
    return clique.worldSize();
  }

  /** The device it is bound to (rule INIT-01). */
  public SimDevice device() {
    return device;
  }

  /** The thread that used it last, or that made it. */
  @Nullable HostTask lastUser() {
    return lastUser;
  }

  /** Virtual time of the thread that used it last. */
  long hostTime() {
    return lastUser == null ? 0 : lastUser.clock();
  }

  /** The rank program that drives it. */
  int driver() {
    return clique.driver(rank);
  }

  /** How many collectives have taken their place among those of other communicators. */
  long collectivesPlaced() {
    return collectivesPlaced;
  }

  /** One more has. */
  void placed() {
    collectivesPlaced++;
  }

  /** The running thread uses it, with all it has waited for. */
  public void learn() {
    HostTask task = device.world().kernel().holder();
    HappensBefore all = device.world().order();
    lastUser = task;
    if (all != null && task != null) {
      known = all.knownTo(task);
    }
  }

  /** What the thread that used it last knew to be done; null where nobody keeps that. */
  @Nullable Clock known() {
    return known == null ? null : known.copy();
  }

  /** What is ordered before its next launch (STR-03); null where nobody keeps that. */
  @Nullable Clock order() {
    return order;
  }

  /** A launch is done: the next one comes after all that {@code done} knows. */
  void comesAfter(Clock done) {
    order = done;
  }

  /** The oldest launch that waits for its streams or for the one before it, or null. */
  @Nullable Launch firstUnstarted() {
    for (Launch launch = pending.oldest(); launch != null; launch = launch.younger) {
      if (!launch.isStarted()) {
        return launch;
      }
    }
    return null;
  }

  /** The launch that holds the collective with that number and is not done, or null. */
  @Nullable Launch pendingWith(long collective) {
    for (Launch launch = pending.oldest(); launch != null; launch = launch.younger) {
      for (Part part : launch.parts()) {
        if (part.order == collective) {
          return launch;
        }
      }
    }
    return null;
  }

  long nextGathering() {
    return gatheringsJoined++;
  }

  /** What it has registered. */
  public Registrations registrations() {
    return registrations;
  }

  /** Its one-sided operations. */
  public OneSided oneSided() {
    return oneSided;
  }

  /** Its custom reductions. */
  public Scales scales() {
    return scales;
  }

  /** The checks of its calls. */
  public Admission admission() {
    return admission;
  }

  /** The way of its calls to launches. */
  public Launching launching() {
    return launching;
  }

  /** Its scratch memory, which can be given back for a while. */
  public Suspension suspension() {
    return suspension;
  }

  /** Adds host work behind what is there; whether it is the first. */
  boolean queue(HostJob job) {
    hostJobs.addLast(job);
    return hostJobs.size() == 1;
  }

  /** Host work is over; what comes next, or null if there is nothing, or it was not first. */
  @Nullable HostJob dequeue(HostJob job) {
    boolean first = hostJobs.peekFirst() == job;
    hostJobs.remove(job);
    return first ? hostJobs.peekFirst() : null;
  }

  /** Throws a report if it is suspended (SIM-34). */
  void requireAwake(String what) {
    if (suspension.isSuspended() && device.world().isChecking()) {
      clique.throwIfError(suspension.use(what));
    }
  }

  /** What is in flight and reads or writes any of a range, or null. */
  @Nullable Launch user(long start, long end) {
    for (Launch each = pending.oldest(); each != null; each = each.younger) {
      if (each.touches(start, end)) {
        return each;
      }
    }
    return null;
  }

  // ---------------------------------------------------------------- calls

  /** A failure that every further call throws, or null: a misuse, an abort, the end. */
  public @Nullable RuntimeException refusal() {
    return life.refusal();
  }

  // ---------------------------------------------------------------- lifecycle

  /** Something was put on its streams. */
  void launched(Launch launch) {
    pending.add(launch);
    last = launch;
    life.family().enqueue(launch);
  }

  boolean isPending() {
    return !pending.isEmpty();
  }

  @Nullable Launch lastLaunch() {
    return last;
  }

  void finished(Launch launch) {
    pending.remove(launch);
    if (launch == last) {
      life.idle();
    }
  }

  /** Gives up what is in flight; with a reason, who waits for it throws that. */
  void cancelAll(@Nullable RuntimeException reason) {
    for (Launch launch : pending.clear()) {
      launch.cancel(reason);
    }
    life.idle();
  }

  /** It has ended: what it still knows of operations goes. */
  void forget() {
    pending.clear();
    scales.clear();
    clique.signals().forget(this);
  }

  /** Its state. */
  public Life life() {
    return life;
  }

  /** Whether it was aborted. */
  public boolean isAborted() {
    return life.isAborted();
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return life.isClosed();
  }

  @Override
  public String toString() {
    return clique.name() + " rank " + rank + "/" + worldSize();
  }
}
