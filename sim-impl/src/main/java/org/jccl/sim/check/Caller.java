package org.jccl.sim.check;

import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The thread that makes the calls of one rank, what reports call the rank, and where it makes them.
 */
public final class Caller {
  private final int rank;
  private final int worldRank;
  private final int place;
  private final RankNames names;
  private @Nullable HostTask task;
  private boolean issuing;

  /**
   * The caller for {@code rank} of a communicator.
   *
   * @param worldRank the number that the rank has for the whole program
   * @param place the rank for whom a foreign thread acts that calls for it
   * @param names of the communicator's ranks
   * @param task the thread that made the rank, if it is known
   */
  public Caller(int rank, int worldRank, int place, RankNames names, @Nullable HostTask task) {
    this.rank = rank;
    this.worldRank = worldRank;
    this.place = place;
    this.names = names;
    isNow(task);
  }

  /** The rank of the communicator that it calls for. */
  public int rank() {
    return rank;
  }

  /** The number that the rank has for the whole program. */
  public int worldRank() {
    return worldRank;
  }

  /** What reports call the rank: {@code rank 2 (1 in tp)}. */
  public String name() {
    return names.of(rank);
  }

  /** {@code call} in words, with ranks as reports call them. */
  public String words(Call call) {
    return call.toString(names::of);
  }

  /** One argument of {@code call} in words, with ranks as reports call them. */
  public String words(Call call, Operation.Argument argument) {
    return call.describe(argument, names::of);
  }

  /** The thread that called last, or that made the rank. */
  public @Nullable HostTask task() {
    return task;
  }

  /** Another thread may call now. */
  public void isNow(@Nullable HostTask value) {
    task = value;
    if (value != null && !value.isOwned()) {
      value.actsAt(place);
    }
  }

  /** A call begins or ends: while it is issued, its place is where the thread is. */
  public void isIssuing(boolean value) {
    issuing = value;
  }

  /** Virtual time of the thread. */
  public long time() {
    return task == null ? 0 : task.clock();
  }

  /** Where it made {@code call}, or where it is now; null if that is unknown. */
  public @Nullable String site(Call call) {
    HostTask known = task;
    if (call.site() != null) {
      return "at " + call.site();
    }
    if (known != null && known.thread() == Thread.currentThread() && issuing) {
      return here();
    }
    String now = whereIs();
    return now == null ? null : now + "\n    (its call site: replay with checks FULL)";
  }

  /** Where the running call was made; null if none is being issued. */
  public @Nullable String siteOfIssue() {
    return issuing ? here() : null;
  }

  private static String here() {
    return "at " + CallSite.current();
  }

  /** Where the thread is now, or null. */
  public @Nullable String whereIs() {
    String now = task == null || !task.isOwned() ? null : CallSite.of(task.thread());
    return now == null ? null : "now at " + now;
  }
}
