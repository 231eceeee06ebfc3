package org.jccl.sim.comm;

import org.jccl.sim.check.Caller;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/** One rank of a communicator: its device, its configuration, the thread that drives it. */
public final class CommMember {
  private long oneSided;
  private final SharedComm comm;
  private final int rank;
  private final int worldSize;
  private final SimDevice device;
  private final Config config;
  private final Caller caller;
  private final CommOrigin origin;
  private @Nullable Clock known;
  private @Nullable String left;
  private long leftAt;
  private boolean closed;
  private boolean aborted;

  /**
   * Rank {@code rank} of {@code comm} (rule INIT-01).
   *
   * @param origin who asked for it
   */
  public CommMember(SharedComm comm, int rank, SimDevice device, Config config, CommOrigin origin) {
    this.comm = comm;
    this.rank = rank;
    this.worldSize = comm.worldSize();
    this.device = device;
    this.config = config;
    this.origin = origin;
    this.caller =
        new Caller(
            rank,
            origin.worldRank(rank),
            origin.program(device.index()),
            comm::nameOf,
            origin.maker());
  }

  /** The communicator. */
  public SharedComm comm() {
    return comm;
  }

  /** Its rank. */
  public int rank() {
    return rank;
  }

  /** The number of its next one-sided call. */
  public long nextOneSided() {
    return oneSided++;
  }

  /** Number of ranks. */
  public int worldSize() {
    return worldSize;
  }

  /** The device it is bound to. */
  public SimDevice device() {
    return device;
  }

  /** Its effective configuration. */
  public Config config() {
    return config;
  }

  /** The thread that makes its calls. */
  public Caller caller() {
    return caller;
  }

  /** The rank program that drives it, or the number of its device if it is another thread. */
  public int driver() {
    HostTask user = caller.task();
    return user != null && user.isOwned() ? user.rank() : origin.program(device.index());
  }

  /** The number that the rank has for the whole program. */
  public int worldRank() {
    return caller.worldRank();
  }

  /** What reports call it: {@code rank 2 (1 in tp)}. */
  public String name() {
    int world = worldRank();
    return "rank " + world + (world == rank ? "" : " (" + rank + " in " + comm.name() + ")");
  }

  /** The running thread uses it, with all it has waited for. */
  public void learn() {
    HostTask task = device.simulation().kernel().holder();
    HappensBefore all = device.simulation().order();
    caller.isNow(task);
    if (all != null && task != null) {
      known = all.knownTo(task);
    }
  }

  /** The thread that uses it knew that to be done. */
  public void knows(Clock clock) {
    known = clock;
  }

  /** What the thread that used it last knew to be done; null where nobody keeps that. */
  public @Nullable Clock known() {
    return known;
  }

  /** Its program has ended it, at {@code site}; the other ranks may go on. */
  public void leaves(String site) {
    left = site;
  }

  /** The moment at which its program has ended it. */
  public void isLeftAt(long moment) {
    leftAt = moment;
  }

  /** The moment at which its program has ended it, if that is known, or 0. */
  public long leftAt() {
    return leftAt;
  }

  /** Where its program has ended it, or null. */
  public @Nullable String left() {
    return left;
  }

  /** It has ended. */
  public void close() {
    closed = true;
  }

  /** Whether it has ended. */
  public boolean isClosed() {
    return closed;
  }

  /** It is aborted. */
  public void abort() {
    aborted = true;
  }

  /** Whether it is aborted. */
  public boolean isAborted() {
    return aborted;
  }

  /** Whether it makes no calls any more. */
  public boolean isOver() {
    return closed || aborted;
  }

  @Override
  public String toString() {
    return comm.name() + " " + name() + " of " + worldSize();
  }
}
