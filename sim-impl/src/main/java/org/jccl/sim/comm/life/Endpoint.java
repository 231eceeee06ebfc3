package org.jccl.sim.comm.life;

import java.util.function.LongPredicate;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.call.ArgumentCheck;
import org.jccl.sim.comm.call.CustomReductions;
import org.jccl.sim.comm.launch.CallSequence;
import org.jccl.sim.comm.launch.Enqueuer;
import org.jccl.sim.comm.launch.LaunchQueue;
import org.jccl.sim.comm.memory.Registrations;
import org.jccl.sim.comm.memory.Suspension;
import org.jccl.sim.comm.onesided.OneSided;

/** The parts of one rank's communicator, put together when the rank joins. */
public final class Endpoint {
  private final CommMember member;
  private final LaunchQueue launches;
  private final Registrations registrations;
  private final Suspension suspension;
  private final CustomReductions scales;
  private final ArgumentCheck admission;
  private final OneSided oneSided;
  private final Enqueuer enqueuer;
  private final HostQueue hostQueue = new HostQueue();
  private final CommParts shared;

  private Endpoint(CommParts shared, int rank, CommLifecycle life) {
    this.shared = shared;
    this.member = new CommMember(shared.comm(), rank, life.device(), life.config(), life.origin());
    this.launches =
        new LaunchQueue(
            member,
            shared.launches(),
            life.launches(),
            new CallSequence(member, shared.contract()),
            life);
    this.registrations = new Registrations(member);
    this.suspension = new Suspension(member);
    this.scales = new CustomReductions(shared.comm().simulation(), life.device().index());
    this.admission = new ArgumentCheck(member, scales);
    this.oneSided =
        new OneSided(member, registrations, suspension, shared.signals(), shared.dataPlane());
    this.enqueuer =
        new Enqueuer(launches, shared.planning(), registrations, scales, suspension, oneSided);
  }

  /** {@code life} joins a communicator as its rank {@code rank}. */
  public static void join(CommParts shared, int rank, CommLifecycle life) {
    Endpoint made = new Endpoint(shared, rank, life);
    shared.join(life, made.launches, made.registrations);
    life.joined(made);
  }

  /** The rank. */
  public CommMember member() {
    return member;
  }

  /** What it has in common with the other ranks. */
  public CommParts shared() {
    return shared;
  }

  /** Its launches that are not done. */
  public LaunchQueue launches() {
    return launches;
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
  public CustomReductions scales() {
    return scales;
  }

  /** The checks of its calls. */
  public ArgumentCheck admission() {
    return admission;
  }

  /** The way of its calls to launches. */
  public Enqueuer enqueuer() {
    return enqueuer;
  }

  /** Its scratch memory, which can be given back for a while. */
  public Suspension suspension() {
    return suspension;
  }

  HostQueue hostQueue() {
    return hostQueue;
  }

  /**
   * The program closes it: what it has not closed before is left.
   *
   * @param isLibrarys whether a window is not the program's to close
   */
  public void leave(LongPredicate isLibrarys) {
    registrations.leave(isLibrarys);
    scales.leave();
  }

  /** It has ended: what it still knows of operations goes. */
  void end() {
    member.close();
    launches.forget();
    scales.clear();
    shared.signals().forget(member);
    member.comm().simulation().findings().history().forgetEnded(member.device().index());
  }

  @Override
  public String toString() {
    return member.toString();
  }
}
