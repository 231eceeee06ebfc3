package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.CollectiveException;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/** What the ranks of one communicator share: its name, who they are, and why it was stopped. */
public final class SharedComm {
  private static final int MOST_NAMED = 3;

  private final Simulation simulation;
  private final String name;
  private final int number;
  private final int worldSize;
  private final @Nullable CommMember[] members;
  private final List<Consumer<RuntimeException>> whenStopped = new ArrayList<>(2);
  private final List<HostTask> waiters = new ArrayList<>(0);
  private boolean registersMemory;
  private @Nullable RuntimeException stopped;
  private int reclaimed;
  private long left;
  private boolean told;

  /** The communicator {@code name}, the {@code number}th of its simulation. */
  public SharedComm(Simulation simulation, String name, int number, int worldSize) {
    this.simulation = simulation;
    this.name = name;
    this.number = number;
    this.worldSize = worldSize;
    this.members = new CommMember[worldSize];
  }

  /** The simulation. */
  public Simulation simulation() {
    return simulation;
  }

  /** Its name, equal on all ranks. */
  public String name() {
    return name;
  }

  /** Its place in the order of creation, equal on all ranks. */
  public int number() {
    return number;
  }

  /** Number of ranks. */
  public int worldSize() {
    return worldSize;
  }

  // ---------------------------------------------------------------- ranks

  /** A rank joins. */
  public void join(CommMember member) {
    members[member.rank()] = member;
  }

  /** A rank gave up its creation. */
  public void leave(int rank) {
    members[rank] = null;
  }

  /** The ranks that have joined, ascending. */
  public List<CommMember> present() {
    List<CommMember> present = new ArrayList<>(members.length);
    for (CommMember member : members) {
      if (member != null) {
        present.add(member);
      }
    }
    return present;
  }

  /** A rank, or null if it has not joined. */
  public @Nullable CommMember member(int rank) {
    return members[rank];
  }

  /** The rank program that drives a member, or the number of its device if it is another thread. */
  public int driver(int rank) {
    CommMember member = members[rank];
    return member == null ? rank : member.driver();
  }

  /** What reports call a rank: {@code rank 2 (1 in tp)}. */
  public String nameOf(int rank) {
    CommMember member = rank < 0 || rank >= members.length ? null : members[rank];
    return member == null ? "rank " + rank : member.name();
  }

  /** One more rank is destroyed or aborted; whether it was the last (rule LIF-07). */
  public boolean reclaim() {
    return ++reclaimed == members.length;
  }

  /** Who of {@code ranks} has closed it, and where; the first few. */
  public List<String> whoClosed(Collection<Integer> ranks) {
    List<String> closed = new ArrayList<>();
    for (int rank : ranks) {
      CommMember member = members[rank];
      String site = member == null ? null : member.left();
      if (site != null && CallSite.isKnown(site) && closed.size() < MOST_NAMED) {
        closed.add(nameOf(rank) + " has closed " + name + "\n    at " + site);
      }
    }
    return closed;
  }

  /** A rank has left it at that moment. */
  public void isLeftAt(long moment) {
    left = moment;
  }

  /** When a rank has left it last; 0 if none has. */
  public long leftAt() {
    return left;
  }

  /** Whether nobody has gone on with it too early before: one report is enough. */
  public boolean isFirstTime() {
    boolean first = !told;
    told = true;
    return first;
  }

  /** Whether all ranks have ended. */
  public boolean isOver() {
    return present().stream().allMatch(CommMember::isClosed);
  }

  /** A rank has registered memory: from now on how its ranks registered is compared. */
  public void registersMemory() {
    registersMemory = true;
  }

  /** Whether any rank ever registered memory: its calls may be carried out otherwise. */
  public boolean hasRegisteredMemory() {
    return registersMemory;
  }

  // ---------------------------------------------------------------- host threads that wait

  /** A thread that waits for calls of other ranks, in strict mode. */
  public void addWaiter(HostTask task) {
    waiters.add(task);
  }

  /** It waits no longer. */
  public void removeWaiter(HostTask task) {
    waiters.remove(task);
  }

  /** The threads that wait for calls of other ranks. */
  public List<HostTask> waiters() {
    return waiters;
  }

  /** A rank has issued something. */
  public void wakeWaiters() {
    for (int i = 0; i < waiters.size(); i++) {
      simulation.kernel().makeReady(waiters.get(i));
    }
  }

  // ---------------------------------------------------------------- reports

  /** Why the communicator was stopped, or null. */
  public @Nullable RuntimeException stopped() {
    return stopped;
  }

  /** Runs {@code then} when it is stopped. */
  public void whenStopped(Consumer<RuntimeException> then) {
    whenStopped.add(then);
  }

  /** Stops the communicator: who waits throws {@code reason} at once, others at their next call. */
  public void stop(RuntimeException reason) {
    if (stopped == null) {
      Steering steering = simulation.kernel().steering();
      if (steering != null) {
        steering.unknown();
      }
      stopped = reason;
      wakeWaiters();
      whenStopped.forEach(each -> each.accept(reason));
    }
  }

  /** Stops it because of a failure that is nobody's call. */
  public void stopBroken(Throwable broken) {
    stop(
        simulation.isChecking()
            ? new CollectiveException(
                ResultCode.INTERNAL_ERROR, "the simulator failed: " + broken, broken)
            : new CollectiveException(
                ResultCode.UNHANDLED_CUDA_ERROR,
                "the calls of the ranks of "
                    + name
                    + " do not fit each other, and checks NONE compares none: NCCL would fault, hang"
                    + " or give wrong data here; checks DEFAULT names the calls",
                broken));
  }

  /** Reports a misuse that the running call completes; throws it if it is an error. */
  public void throwIfError(@Nullable ReportBuilder report) {
    ReportedMisuse found = report == null ? null : report(report);
    if (found != null) {
      throw found;
    }
  }

  /**
   * Keeps a report; an error stops the communicator and is returned. A warning is null, and so is
   * what only comes of an error before.
   */
  public @Nullable ReportedMisuse report(ReportBuilder report) {
    if (simulation.findings().excuses(report.kind()) || simulation.findings().defers(report)) {
      return null;
    }
    boolean error = simulation.findings().isError(report.kind());
    if (error && stopped instanceof ReportedMisuse first) {
      return first; // One mistake, found a second time by another pair of ranks.
    }
    ReportedMisuse found = simulation.findings().keep(report);
    if (!error) {
      return null;
    }
    stop(found);
    return found;
  }

  @Override
  public String toString() {
    return name;
  }
}
