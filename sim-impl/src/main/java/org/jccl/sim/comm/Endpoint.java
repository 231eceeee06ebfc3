package org.jccl.sim.comm;

/** The parts of one rank's communicator, put together when the rank joins. */
public final class Endpoint {
  private final Member member;
  private final LaunchQueue launches;
  private final Registrations registrations;
  private final Suspension suspension;
  private final Scales scales;
  private final Admission admission;
  private final OneSided oneSided;
  private final Enqueuer enqueuer;
  private final HostQueue hostQueue = new HostQueue();
  private final CommParts shared;

  private Endpoint(CommParts shared, int rank, Life life) {
    this.shared = shared;
    this.member = new Member(shared.comm(), rank, life.device(), life.config());
    this.launches =
        new LaunchQueue(
            member,
            shared.launches(),
            life.launches(),
            new CallSequence(member, shared.contract()),
            life);
    this.registrations = new Registrations(member, launches);
    this.suspension = new Suspension(member);
    this.scales = new Scales(shared.comm().world());
    this.admission = new Admission(member, scales);
    this.oneSided =
        new OneSided(member, registrations, suspension, shared.signals(), shared.dataPlane());
    this.enqueuer =
        new Enqueuer(launches, shared.planning(), registrations, scales, suspension, oneSided);
  }

  /** {@code life} joins a communicator as its rank {@code rank}. */
  public static void join(CommParts shared, int rank, Life life) {
    Endpoint made = new Endpoint(shared, rank, life);
    shared.join(life, made.launches, made.registrations);
    life.joined(made);
  }

  /** The rank. */
  public Member member() {
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
  public Scales scales() {
    return scales;
  }

  /** The checks of its calls. */
  public Admission admission() {
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

  /** It has ended: what it still knows of operations goes. */
  void end() {
    member.close();
    launches.forget();
    scales.clear();
    shared.signals().forget(member);
  }

  @Override
  public String toString() {
    return member.toString();
  }
}
