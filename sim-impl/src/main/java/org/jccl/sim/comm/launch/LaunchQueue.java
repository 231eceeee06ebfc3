package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** The launches of one rank of a communicator that are not done, oldest first. */
public final class LaunchQueue implements MixedOrders.Launcher {
  /** What is told of launches: the life of the rank's communicator. */
  public interface Owner {
    /** A failure that every further call throws, or null. */
    @Nullable RuntimeException refusal();

    /** Nothing is in flight any more. */
    void idle();

    /** {@code task}, which has left another communicator, has issued {@code launch}. */
    void goesOn(HostTask task, Launch launch);

    /** Memory of {@code busy} is freed, which is reported next if this reports nothing itself. */
    void freesMemoryOf(Launch busy);

    /** The thread that waits inside a call, or null. */
    void waits(@Nullable HostTask task);
  }

  private final CommMember member;
  private final LaunchQueues ranks;
  private final LaunchChain chain;
  private final Owner owner;
  private final CallSequence sequence;
  private final GraphOrder graphs;
  private final boolean ordersAll;
  private @Nullable Launch oldest;
  private @Nullable Launch youngest;
  private @Nullable Launch last;
  private @Nullable Launch lastDone;
  private @Nullable Launch lastDoneElsewhere;
  private boolean givenUp;
  private long collectives;
  private long arrived;
  private @Nullable MixedOrders mixed;
  private boolean lost;

  /**
   * The queue of {@code member}.
   *
   * @param ranks those of all ranks
   * @param chain in which all launches of communicators that share resources are
   * @param sequence numbers its calls
   */
  public LaunchQueue(
      CommMember member,
      LaunchQueues ranks,
      LaunchChain chain,
      CallSequence sequence,
      Owner owner) {
    this.member = member;
    this.ranks = ranks;
    this.chain = chain;
    this.sequence = sequence;
    this.owner = owner;
    this.graphs = GraphOrder.of(member.config());
    this.ordersAll = graphs.keepsAll();
  }

  @Override
  public CommMember member() {
    return member;
  }

  @Override
  public void mixes(MixedOrders orders) {
    mixed = orders;
  }

  /** Those of its device, if launches of two kinds meet there; or null. */
  @Nullable MixedOrders mixed() {
    return mixed;
  }

  LaunchQueues ranks() {
    return ranks;
  }

  CallSequence sequence() {
    return sequence;
  }

  Owner owner() {
    return owner;
  }

  /** An empty launch, issued by {@code issuer} or by nobody. */
  Launch newLaunch(@Nullable HostTask issuer) {
    return new Launch(this, ranks.collectiveMatching(), ranks.messageMatching(), issuer);
  }

  /** What was launched last, or null. */
  public @Nullable Launch last() {
    return last;
  }

  /** Whether anything is not done. */
  public boolean isPending() {
    return oldest != null;
  }

  /**
   * What is not done, or is done and whoever knows {@code known} has not waited for it: one launch
   * of that, or null. Nobody needs to wait for what was given up.
   */
  public @Nullable Launch notWaitedFor(@Nullable Clock known) {
    if (oldest != null) {
      return last;
    }
    if (known == null || givenUp) {
      return null;
    }
    Launch end = lastDone;
    Launch elsewhere = lastDoneElsewhere;
    if (end != null && !end.isBefore(known)) {
      return end;
    }
    return elsewhere == null || elsewhere.isBefore(known) ? null : elsewhere;
  }

  /** What is ordered before its next launch (STR-03); null where nobody keeps that. */
  public @Nullable Clock order() {
    Launch before = lastDone;
    return before == null ? null : before.after();
  }

  /** The same for {@code launch}; null if its stream knows that anyway. */
  @Nullable Clock orderFor(Launch launch) {
    Clock order = orderBehind(lastDone, launch);
    Clock elsewhere = orderBehind(lastDoneElsewhere, launch);
    return order == null || elsewhere == null
        ? order == null ? elsewhere : order
        : order.join(elsewhere);
  }

  private @Nullable Clock orderBehind(@Nullable Launch before, Launch launch) {
    if (before == null || before.isOnlyOn(launch.firstStream())) {
      return null;
    }
    return ordersAll || graphs.keeps(before.replay(), launch.replay()) ? before.after() : null;
  }

  /** The rank comes to its next launch, at which the ranks of its process meet; its number. */
  long arrive() {
    arrived++;
    member.comm().wakeWaiters();
    return arrived;
  }

  /** The number of the last launch that the rank has come to. */
  long arrived() {
    return arrived;
  }

  /** How many collectives have taken their place among those of other communicators. */
  long collectives() {
    return collectives;
  }

  /** The collectives of {@code launch} take their place. */
  void placed(Launch launch) {
    if (ranks.order().crosses()) {
      ranks.order().launched(launch);
    }
    for (int i = 0; i < launch.parts().size(); i++) {
      collectives += launch.parts().get(i).order() >= 0 ? 1 : 0;
    }
  }

  // ---------------------------------------------------------------- what is in flight

  /** Puts a launch behind all that communicators which share resources have launched. */
  void add(Launch launch) {
    append(launch);
    last = launch;
    givenUp = false;
    Launch before = chain.last();
    chain.endsWith(launch);
    launch.enqueue(before);
  }

  private void append(Launch launch) {
    Launch before = youngest;
    launch.isPending = true;
    launch.older = before;
    youngest = launch;
    if (before == null) {
      oldest = launch;
    } else {
      before.younger = launch;
    }
  }

  /** A launch is done. */
  void finished(Launch launch) {
    Launch before = lastDone;
    if (!ordersAll && before != null && isOther(before, launch)) {
      lastDoneElsewhere = before; // the last launch of the other kind, which is ordered by itself
    }
    lastDone = launch;
    remove(launch);
    if (launch == last) {
      owner.idle();
    }
  }

  private static boolean isOther(Launch before, Launch launch) {
    return (before.replay() == null) != (launch.replay() == null);
  }

  private void remove(Launch launch) {
    if (!launch.isPending) {
      return;
    }
    Launch before = launch.older;
    Launch after = launch.younger;
    launch.isPending = false;
    launch.older = null;
    launch.younger = null;
    if (before == null) {
      oldest = after;
    } else {
      before.younger = after;
    }
    if (after == null) {
      youngest = before;
    } else {
      after.older = before;
    }
  }

  /** Gives up what is in flight; with a reason, who waits for it throws that. */
  public void cancelAll(@Nullable RuntimeException reason) {
    for (Launch launch : clear()) {
      launch.cancel(reason);
    }
    givenUp = true;
    owner.idle();
  }

  /** Nothing that is in flight, or comes later, reaches the other ranks any more. */
  public void lose() {
    lost = true;
    for (Launch each = oldest; each != null; each = each.younger) {
      each.lose();
    }
  }

  /** Whether what it launches reaches nobody. */
  public boolean isLost() {
    return lost;
  }

  /** The communicator has ended: what is still known of its launches goes. */
  public void forget() {
    clear();
  }

  private List<Launch> clear() {
    List<Launch> all = new ArrayList<>();
    for (Launch launch = oldest; launch != null; launch = oldest) {
      all.add(launch);
      remove(launch);
    }
    return all;
  }

  // ---------------------------------------------------------------- questions

  /** The oldest launch that waits for its streams or for the one before it, or null. */
  @Nullable Launch firstUnstarted() {
    for (Launch launch = oldest; launch != null; launch = launch.younger) {
      if (!launch.isStarted()) {
        return launch;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "launches of " + member;
  }
}
