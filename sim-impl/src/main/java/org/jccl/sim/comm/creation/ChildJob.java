package org.jccl.sim.comm.creation;

import java.util.List;
import java.util.function.Consumer;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.launch.Launch;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.CommParts;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/** One rank's part in the split or shrink of a communicator (rules SPL-01 to SHR-07). */
public final class ChildJob extends Job {
  /** The colour without a child (rule SPL-04). */
  public static final int NO_COLOR = -1;

  private final Bootstrap creations;
  private final CommLifecycle parent;
  private final @Nullable CommLifecycle child;
  private final boolean shares;
  private final Wish wish;
  private final Consumer<@Nullable CommLifecycle> made;
  private final @Nullable Clock known;
  private @Nullable ChildCreation meeting;

  /**
   * What one rank asks for.
   *
   * @param color of a split
   * @param key of a split; of a shrink the rank
   * @param excluded ranks without which a shrink is, ascending; none for a split
   */
  private record Wish(int color, int key, List<Integer> excluded) {}

  private ChildJob(
      Bootstrap creations,
      CommLifecycle parent,
      @Nullable CommLifecycle child,
      boolean shares,
      Wish wish,
      Consumer<@Nullable CommLifecycle> made) {
    super(parent.simulation().kernel());
    this.creations = creations;
    this.parent = parent;
    this.child = child;
    this.shares = shares;
    this.wish = wish;
    this.made = made;
    this.known = knownTo(parent);
  }

  /**
   * A split; {@code child} is null for a rank without colour. {@code made} is told when it is over,
   * good or bad (rule SPL-08).
   */
  public static ChildJob split(
      Bootstrap creations,
      CommLifecycle parent,
      @Nullable CommLifecycle child,
      boolean shares,
      int color,
      int key,
      Consumer<@Nullable CommLifecycle> made) {
    return new ChildJob(creations, parent, child, shares, new Wish(color, key, List.of()), made);
  }

  /** A shrink by the ranks {@code excluded}, ascending. */
  public static ChildJob shrink(
      Bootstrap creations,
      CommLifecycle parent,
      CommLifecycle child,
      boolean shares,
      List<Integer> excluded,
      Consumer<@Nullable CommLifecycle> made) {
    return new ChildJob(
        creations,
        parent,
        child,
        shares,
        new Wish(0, parent.operations().member().rank(), List.copyOf(excluded)),
        made);
  }

  @Override
  protected void begin() {
    requireNetwork();
    requireQuiet(parent, known, wish.excluded.isEmpty() ? "is split" : "is shrunk");
    CommParts shared = parent.operations().shared();
    CommMember own = parent.operations().member();
    ChildCreation place = creations.children(shared.comm()).next(shared, own, this);
    meeting = place;
    place.arrive(own.rank(), this);
  }

  private void requireNetwork() {
    CommLifecycle own = child;
    if (own != null
        && (!own.config().hasNetwork() || (shares && !own.config().sameNetwork(parent.config())))) {
      throw new CollectiveException(
          ResultCode.INVALID_USAGE,
          "the network module "
              + own.config().netName()
              + " is not the parent's, or there is none of that name (CFG-17)");
    }
  }

  /**
   * What the thread that makes this call has waited for, or null where nobody keeps that. A job of
   * a nonblocking communicator begins later, in no thread's name.
   */
  static @Nullable Clock knownTo(CommLifecycle parent) {
    HappensBefore order = parent.simulation().order();
    HostTask task = parent.simulation().kernel().holder();
    return order == null || task == null ? null : order.knownTo(task);
  }

  /**
   * Rule SPL-11: nothing may be in flight on a parent (SIM-47). What has ended by chance, and the
   * caller has not waited for, is in flight in another schedule.
   *
   * @param known what the caller has waited for, or null
   */
  static void requireQuiet(CommLifecycle parent, @Nullable Clock known, String what) {
    if (!parent.simulation().isChecking()) {
      return;
    }
    Endpoint own = parent.operations();
    Launch pending = own.launches().notWaitedFor(known);
    if (pending != null) {
      Caller caller = own.member().caller();
      Object site = pending.site();
      ReportBuilder report =
          new ReportBuilder(
                  MisuseKind.OUTSTANDING_OPS,
                  ": "
                      + own
                      + " "
                      + what
                      + " while an operation "
                      + (pending.isDone() ? "may still be in flight" : "is in flight"))
              .rank(caller, pending.describe(), site == null ? null : "at " + site);
      throw parent
          .simulation()
          .findings()
          .keep(
              report
                  .rank(caller, what, "at " + CallSite.current())
                  .line("synchronize the communicator's streams first (SPL-11, SIM-47)"));
    }
  }

  /** The ranks without whom it shrinks, ascending; none if it splits. */
  List<Integer> excluded() {
    return wish.excluded;
  }

  /** The rank of the parent that makes the call. */
  CommMember caller() {
    return parent.operations().member();
  }

  int color() {
    return wish.color;
  }

  int key() {
    return wish.key;
  }

  @Nullable CommLifecycle child() {
    return child;
  }

  /** All ranks of the parent have come; its own child, if it has one, is complete. */
  void formed() {
    CommLifecycle own = child;
    if (own != null) {
      own.complete();
    }
    settle(0);
  }

  void failed(RuntimeException why) {
    settle(why);
  }

  @Override
  protected void ended(int result) {
    CommLifecycle own = child;
    if (own != null && result != 0) {
      own.store(result);
    }
    if (isBegun()) {
      made.accept(own); // SPL-08: also a child that failed
    }
  }

  @Override
  public boolean isTold() {
    return true;
  }

  @Override
  protected void tellsBegin(Steering steering) {
    steering.effect(parent.operations().launches(), Effect.READ);
    steering.effect(parent.operations().shared(), Effect.ADD);
    steering.signals(this);
  }

  @Override
  public void tellsEnd(Steering steering) {
    ChildCreation own = meeting;
    if (own != null) {
      own.tellsArrivals(steering);
    }
  }

  @Override
  public void giveUp() {
    ChildCreation own = meeting;
    if (own != null && !isSettled()) {
      own.leave(parent.operations().member().rank());
    }
    settle(ResultCode.INTERNAL_ERROR.code());
  }

  @Override
  public CommLifecycle life() {
    return parent;
  }

  @Override
  public boolean creates() {
    return true;
  }

  @Override
  public String describe() {
    return (wish.excluded.isEmpty() ? "the split of " : "the shrink of ")
        + parent.operations().member().comm().name();
  }

  @Override
  public Nature nature() {
    return Nature.CREATION;
  }

  @Override
  public List<Integer> ranks() {
    ChildCreation own = meeting;
    return own == null ? List.of() : own.missing();
  }
}
