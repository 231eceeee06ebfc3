package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ReportedMisuse;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Contract;
import org.jccl.sim.check.Report;
import org.jccl.sim.check.Window;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.Places;
import org.jspecify.annotations.Nullable;

/** What the ranks of one simulated communicator share. */
public final class Clique implements Contract.Witness {
  private final World world;
  private final DataPlane dataPlane;
  private final String name;
  private final int number;
  private final @Nullable Endpoint[] members;
  private final Contract contract;
  private final Assemblies assemblies;
  private final Signals signals;
  private final Window<Gathering> gatherings = new Window<>();
  private final Map<Long, Channel> channels = new HashMap<>();
  private final Crossings crossings = new Crossings(this);
  private final ChildMeetings children;
  private final Places sources;
  private final Places targets;
  private final List<HostTask> waiters = new ArrayList<>(0);
  private boolean registersMemory;
  private final Planning planning;
  private @Nullable RuntimeException stopped;
  private int reclaimed;

  Clique(
      World world,
      DataPlane dataPlane,
      String name,
      int number,
      int worldSize,
      @Nullable Clique parent,
      Creations creations) {
    this.world = world;
    this.dataPlane = dataPlane;
    this.name = name;
    this.number = number;
    this.members = new Endpoint[worldSize];
    this.sources = new Places(worldSize);
    this.targets = new Places(worldSize);
    this.planning = new Planning(this, parent == null ? null : parent.planning);
    this.assemblies = new Assemblies(this);
    this.signals = new Signals(this);
    this.children = new ChildMeetings(this, creations);
    this.contract = new Contract(name, worldSize, this);
  }

  public World world() {
    return world;
  }

  /** How its collectives are carried out. */
  public Planning planning() {
    return planning;
  }

  DataPlane dataPlane() {
    return dataPlane;
  }

  String name() {
    return name;
  }

  /** Its place in the order of creation, equal on all ranks. */
  public int number() {
    return number;
  }

  int worldSize() {
    return members.length;
  }

  /** Reused by {@link Execution}; steps run one at a time. */
  Places sources() {
    return sources;
  }

  /** Reused by {@link Execution}; steps run one at a time. */
  Places targets() {
    return targets;
  }

  /** Where the hosts of all ranks meet. */
  Assemblies assemblies() {
    return assemblies;
  }

  /** Where its ranks meet for its children. */
  ChildMeetings children() {
    return children;
  }

  /** What one-sided operations have signalled. */
  Signals signals() {
    return signals;
  }

  /** A rank has registered memory: from now on the parts of a collective are compared. */
  void registersMemory() {
    registersMemory = true;
  }

  /** Whether any rank ever registered memory: its calls may be carried out otherwise. */
  boolean hasRegisteredMemory() {
    return registersMemory;
  }

  /** Looks for memory that only some ranks of a collective have registered (SIM-54). */
  void compareRegistrations(@Nullable Part[] parts) {
    if (registersMemory && world.isChecking()) {
      RegistrationContract.compare(this, parts);
    }
  }

  void join(Endpoint endpoint) {
    members[endpoint.rank()] = endpoint;
  }

  /** The rank gave up its creation. */
  void leave(int rank) {
    members[rank] = null;
  }

  /** The ranks that have joined, ascending. */
  List<Endpoint> present() {
    List<Endpoint> present = new ArrayList<>(members.length);
    for (Endpoint member : members) {
      if (member != null) {
        present.add(member);
      }
    }
    return present;
  }

  @Nullable Endpoint member(int rank) {
    return members[rank];
  }

  /** The rank program that drives a member, or the number of its device if it is another thread. */
  int driver(int rank) {
    Endpoint member = members[rank];
    HostTask user = member == null ? null : member.lastUser();
    if (user != null && user.isOwned()) {
      return user.rank();
    }
    return member == null ? rank : member.device().index();
  }

  // ---------------------------------------------------------------- ends

  /** One more rank is destroyed or aborted; whether it was the last (rule LIF-07). */
  boolean reclaim() {
    return ++reclaimed == members.length;
  }

  /** Whether all ranks have ended. */
  boolean isOver() {
    return present().stream().allMatch(member -> member.life().isClosed());
  }

  /** Why the communicator was stopped, or null. */
  @Nullable RuntimeException stopped() {
    return stopped;
  }

  /** A thread that waits for calls of other ranks, in strict mode. */
  void addWaiter(HostTask task) {
    waiters.add(task);
  }

  void removeWaiter(HostTask task) {
    waiters.remove(task);
  }

  /** A rank has issued something. */
  void wakeWaiters() {
    for (int i = 0; i < waiters.size(); i++) {
      world.kernel().makeReady(waiters.get(i));
    }
  }

  /** Its members by device; the first one where several share it. */
  Map<SimDevice, Endpoint> membersByDevice() {
    Map<SimDevice, Endpoint> all = new IdentityHashMap<>();
    for (Endpoint member : members) {
      if (member != null) {
        all.putIfAbsent(member.device(), member);
      }
    }
    return all;
  }

  /** How its operations lie among those of other communicators. */
  Crossings crossings() {
    return crossings;
  }

  /** All ranks are there: from now on it shares devices with {@code others}. */
  void complete(List<Clique> others) {
    for (Clique other : others) {
      if (world.isChecking() && !other.isOver()) {
        crossings.add(other);
        other.crossings.add(this);
      }
    }
  }

  /** Compares a collective with the other ranks' calls at its position. */
  void compare(
      Call call, int rank, int place, int groupSize, long captureNumber, @Nullable HostTask task) {
    if (world.isChecking()) {
      throwIfError(contract.note(call, rank, place, groupSize, captureNumber, task));
    }
  }

  /** Remembers a collective of count 0, which has no position (COL-02). */
  void dropped(Call call, int rank) {
    if (world.isChecking()) {
      contract.noteDropped(call, rank);
    }
  }

  /** Reports a misuse that the running call completes; throws it if it is an error. */
  public void throwIfError(@Nullable Report report) {
    ReportedMisuse found = report == null ? null : report(report);
    if (found != null) {
      throw found;
    }
  }

  /** Keeps a report; an error stops the communicator and is returned, a warning is null. */
  @Nullable ReportedMisuse report(Report report) {
    ReportedMisuse found = world.findings().keep(report);
    if (!world.findings().isError(found.kind())) {
      return null;
    }
    stop(found);
    return found;
  }

  /** Why nothing moves, if that is because a rank's call had count 0 (SIM-08). */
  @Nullable Report findDropped() {
    return stopped == null && world.isChecking() ? contract.findDropped() : null;
  }

  /** A part's launch has started. */
  void arrive(Part part) {
    Operation operation = part.request.operation();
    if (operation.hasPeer()) {
      int peer = part.request.rootOrPeer();
      if (operation == Operation.SEND) {
        channel(part.rank(), peer).arriveSend(part);
      } else {
        channel(peer, part.rank()).arriveReceive(part);
      }
      return;
    }
    long number = part.launch.endpoint().nextGathering();
    Gathering gathering = gatherings.get(number);
    if (gathering == null) {
      gathering = new Gathering(this);
      gatherings.put(number, gathering);
    }
    gathering.arrive(part);
  }

  /** A gathering has run; members of one group may do so in any order. */
  void gatheringRan() {
    for (Gathering each = gatherings.oldest();
        each != null && each.hasRun();
        each = gatherings.oldest()) {
      gatherings.dropOldest();
    }
  }

  /** A part is given up. */
  void leave(Part part) {
    Operation operation = part.request.operation();
    if (part.meeting instanceof Gathering gathering) {
      gathering.leave();
    } else if (operation.hasPeer()) {
      int peer = part.request.rootOrPeer();
      boolean sends = operation == Operation.SEND;
      channel(sends ? part.rank() : peer, sends ? peer : part.rank()).leave(part);
    }
  }

  /** The messages from one rank to another. */
  Channel channel(int from, int to) {
    return channels.computeIfAbsent(
        (long) from * members.length + to, pair -> new Channel(this, from, to));
  }

  /** Stops the communicator: who waits throws {@code reason} at once, others at their next call. */
  public void stop(RuntimeException reason) {
    if (stopped != null) {
      return;
    }
    stopped = reason;
    wakeWaiters();
    for (Endpoint member : members) {
      if (member != null) {
        member.cancelAll(reason);
      }
    }
    assemblies.fail(reason);
  }

  /** The members' launches that are not done. */
  boolean isPending() {
    for (Endpoint member : members) {
      if (member != null && member.isPending()) {
        return true;
      }
    }
    return assemblies.isPending();
  }

  @Override
  public @Nullable String site(int rank, Call call) {
    if (call.site() != null) {
      return "at " + call.site();
    }
    Endpoint member = members[rank];
    HostTask task = member == null ? null : member.lastUser();
    if (task == null) {
      return null;
    }
    if (task.thread() == Thread.currentThread()
        && member != null
        && member.launching().isIssuing()) {
      return "at " + CallSite.current();
    }
    String now = whereIs(rank);
    return now == null ? null : now + "\n    (its call site: replay with checks FULL)";
  }

  /** Where the thread of a rank is now, or null. */
  @Nullable String whereIs(int rank) {
    Endpoint member = members[rank];
    HostTask task = member == null ? null : member.lastUser();
    String now = task == null || !task.isOwned() ? null : CallSite.of(task.thread());
    return now == null ? null : "now at " + now;
  }

  @Override
  public boolean hasCaptured(int rank, long number) {
    Endpoint member = members[rank];
    return member != null && number < member.launching().capturedCollectives();
  }
}
