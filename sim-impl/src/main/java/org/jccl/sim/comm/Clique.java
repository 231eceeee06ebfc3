package org.jccl.sim.comm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Contract;
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
  private final int number;
  private final Creations creations;
  private final @Nullable Endpoint[] members;
  private final Contract contract;
  private final Window<Gathering> gatherings = new Window<>();
  private final Map<Long, Channel> channels = new HashMap<>();
  private final FoldOrder foldOrder;
  private final Places sources;
  private final Places targets;
  private final List<ChildMeeting> children = new ArrayList<>(1);
  private final ArrayDeque<Creation> growths = new ArrayDeque<>(1);
  private @Nullable RuntimeException stopped;
  private int reclaimed;

  Clique(
      World world,
      DataPlane dataPlane,
      String name,
      int number,
      int worldSize,
      Creations creations) {
    this.world = world;
    this.dataPlane = dataPlane;
    this.name = name;
    this.number = number;
    this.creations = creations;
    this.members = new Endpoint[worldSize];
    this.foldOrder = new RankOrder(worldSize);
    this.sources = new Places(worldSize);
    this.targets = new Places(worldSize);
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

  /** Its place in the order of creation, equal on all ranks. */
  int number() {
    return number;
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

  /** The number of a member's device: by it the ranks of different communicators are told apart. */
  int worldRank(int rank) {
    Endpoint member = members[rank];
    return member == null ? rank : member.device().index();
  }

  // ---------------------------------------------------------------- children

  /** Where {@code rank} meets the others for its next split, or shrink without {@code excluded}. */
  ChildMeeting childMeeting(int rank, List<Integer> excluded) {
    for (ChildMeeting each : children) {
      if (!each.has(rank) && each.excluded().isEmpty() == excluded.isEmpty()) {
        if (!each.excluded().equals(excluded)) {
          ReportedMisuse different = differentLists(rank, each.excluded(), excluded);
          each.fail(different);
          throw different;
        }
        return each;
      }
    }
    ChildMeeting made = new ChildMeeting(creations, this, excluded);
    children.add(made);
    return made;
  }

  private ReportedMisuse differentLists(int rank, List<Integer> before, List<Integer> now) {
    return new ReportedMisuse(
        MisuseKind.MISMATCH,
        List.of(rank),
        MisuseKind.MISMATCH
            + "(list): rank "
            + rank
            + " shrinks "
            + name
            + " without ranks "
            + now
            + ", the ranks before without "
            + before
            + ": pass the same list on every rank that stays (SHR-01, SIM-48)");
  }

  void over(ChildMeeting meeting) {
    children.remove(meeting);
  }

  /** The oldest growth that waits for ranks, or null. */
  @Nullable Creation nextGrowth(int rank) {
    for (Creation each : growths) {
      if (!each.hasJoined(rank)) {
        return each;
      }
    }
    return null;
  }

  /** The oldest growth that has no id yet, or null (rule GRW-02). */
  @Nullable Creation growthWithoutId() {
    return growths.stream().filter(each -> !each.hasId()).findFirst().orElse(null);
  }

  void growthBegins(Creation creation) {
    growths.addLast(creation);
  }

  void growthOver(Creation creation) {
    growths.remove(creation);
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

  /** Compares a collective with the other ranks' calls at its position. */
  void compare(Call call, int rank) {
    if (!world.isChecking()) {
      return;
    }
    try {
      contract.note(call, rank);
    } catch (ReportedMisuse found) {
      report(found);
      throw found;
    }
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
