package org.jccl.sim.comm;

import java.util.HashMap;
import java.util.Map;
import org.jccl.ReportedMisuse;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Contract;
import org.jccl.sim.check.DroppedCalls;
import org.jccl.sim.check.Window;
import org.jccl.sim.device.World;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.Places;
import org.jccl.sim.math.RankOrder;
import org.jspecify.annotations.Nullable;

/** What the ranks of one simulated communicator share. */
final class Clique {
  private final World world;
  private final DataPlane dataPlane;
  private final String name;
  private final @Nullable Endpoint[] members;
  private final Contract contract;
  private final DroppedCalls droppedCalls;
  private final Window<Gathering> gatherings = new Window<>();
  private final Map<Long, Channel> channels = new HashMap<>();
  private final FoldOrder foldOrder;
  private final Places sources;
  private final Places targets;
  private @Nullable RuntimeException stopped;

  Clique(World world, DataPlane dataPlane, String name, int worldSize) {
    this.world = world;
    this.dataPlane = dataPlane;
    this.name = name;
    this.members = new Endpoint[worldSize];
    this.foldOrder = new RankOrder(worldSize);
    this.sources = new Places(worldSize);
    this.targets = new Places(worldSize);
    this.droppedCalls = new DroppedCalls(worldSize);
    this.contract =
        new Contract(name, worldSize, world.kernel().choices().describe(), this::whereIs);
  }

  World world() {
    return world;
  }

  DataPlane dataPlane() {
    return dataPlane;
  }

  String name() {
    return name;
  }

  int worldSize() {
    return members.length;
  }

  FoldOrder foldOrder() {
    return foldOrder;
  }

  /** Reused by {@link Execution}; steps run one at a time. */
  Places sources() {
    return sources;
  }

  /** Reused by {@link Execution}; steps run one at a time. */
  Places targets() {
    return targets;
  }

  void join(Endpoint endpoint) {
    members[endpoint.rank()] = endpoint;
  }

  @Nullable Endpoint member(int rank) {
    return members[rank];
  }

  /** The number of a member's device: by it the ranks of different communicators are told apart. */
  int worldRank(int rank) {
    Endpoint member = members[rank];
    return member == null ? rank : member.device().index();
  }

  /** Why the communicator was stopped, or null. */
  @Nullable RuntimeException stopped() {
    return stopped;
  }

  /** Compares a collective with the other ranks' calls at its position. */
  void compare(Call call, int rank) {
    if (!world.isChecking()) {
      return;
    }
    if (call.count() == 0) {
      droppedCalls.note(call, rank);
      return;
    }
    Call dropped = droppedCalls.take(rank);
    try {
      contract.note(call, rank);
    } catch (ReportedMisuse found) {
      ReportedMisuse cause = dropped == null ? null : contract.compareDropped(dropped, rank);
      ReportedMisuse first = cause == null ? found : cause;
      report(first);
      throw first;
    }
  }

  /** Why nothing moves, if that is because a rank's call had count 0 (SIM-08). */
  @Nullable ReportedMisuse findDropped() {
    for (int rank = 0; rank < members.length && stopped == null; rank++) {
      Call dropped = droppedCalls.of(rank);
      ReportedMisuse found = dropped == null ? null : contract.compareDropped(dropped, rank);
      if (found != null) {
        return found;
      }
    }
    return null;
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

  private Channel channel(int from, int to) {
    return channels.computeIfAbsent(
        (long) from * members.length + to, pair -> new Channel(this, from, to));
  }

  /**
   * A misuse was found: stops the communicator; waiting members throw, others at their next call.
   */
  void report(ReportedMisuse found) {
    stop(found);
  }

  /** Stops the communicator: who waits throws {@code reason} at once, others at their next call. */
  void stop(RuntimeException reason) {
    if (stopped != null) {
      return;
    }
    stopped = reason;
    for (Endpoint member : members) {
      if (member != null) {
        member.cancelAll(reason);
      }
    }
  }

  /** The members' launches that are not done. */
  boolean isPending() {
    for (Endpoint member : members) {
      if (member != null && member.isPending()) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String whereIs(int rank) {
    Endpoint member = members[rank];
    HostTask task = member == null ? null : member.lastUser();
    return task == null || !task.isOwned() ? null : CallSite.of(task.thread());
  }

  /** One rank's call in a report, with its call site if that is known. */
  static String line(int rank, Call call) {
    return "\n  rank "
        + rank
        + ": "
        + call
        + (call.site() == null ? "" : "\n    at " + call.site());
  }
}
