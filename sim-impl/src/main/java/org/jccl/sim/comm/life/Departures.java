package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.launch.Launch;
import org.jccl.sim.kernel.HostTask;

/**
 * Ranks that have ended a communicator and have not met its other ranks since. The last one to end
 * it waits for the devices of all of them, so whoever goes on to an operation with a rank that may
 * be in there can wait for it for ever (rule LIF-07; SIM-61). That the others happen to be through
 * in this schedule proves nothing: only a meeting of the hosts does.
 */
public final class Departures {
  /** One rank's end of its communicator. */
  private record Departure(HostTask task, long time, CommMember member, String site) {}

  private static final int MOST_KEPT = 4096;

  private final List<Departure> open = new ArrayList<>();

  /** Nobody has ended anything yet. */
  public Departures() {}

  /** The running thread destroys {@code member}; {@code last} if all others have done so. */
  void leaves(CommMember member, boolean last, String site) {
    HostTask task = member.comm().simulation().kernel().holder();
    SharedComm comm = member.comm();
    if (task == null || !task.isOwned() || !CallSite.isKnown(site)) {
      return; // what the end of a program closes is followed by nothing
    }
    open.removeIf(
        old -> old.task.state() == HostTask.State.FINISHED || old.task.hasMetSince(old.time));
    if (open.size() > MOST_KEPT) {
      open.removeFirst();
    }
    boolean comesLast = last && (task.hasMetSince(comm.leftAt()) || mayHaveMetOthersOf(member));
    long now = task.leaves();
    member.isLeftAt(now);
    comm.isLeftAt(now);
    if (!comesLast) {
      open.add(new Departure(task, now, member, site));
    }
  }

  /** {@code task}, which is away, has issued {@code launch}. */
  void goesOn(HostTask task, Launch launch) {
    SharedComm with = launch.member().comm();
    for (Iterator<Departure> all = open.iterator(); all.hasNext(); ) {
      Departure departure = all.next();
      if (departure.task == task && task.hasMetSince(departure.time)) {
        all.remove();
      } else if (departure.task == task && departure.member.comm() != with) {
        List<Integer> shared = shared(departure, with);
        if (!shared.isEmpty()) {
          all.remove();
          tell(departure, launch, shared);
        }
      }
    }
  }

  /**
   * The programs of {@code with} that may be in the end of what was left. Ranks of another host are
   * of another process, whose end waits for its own devices alone.
   */
  private static List<Integer> shared(Departure departure, SharedComm with) {
    Set<Integer> there = new HashSet<>();
    for (CommMember other : departure.member.comm().present()) {
      if (!other.isAborted()
          && other.driver() != departure.task.rank()
          && other.device().isBeside(departure.member.device())
          && !mayHaveMet(other, departure.time)) {
        there.add(other.driver());
      }
    }
    return with.present().stream()
        .map(CommMember::driver)
        .filter(there::contains)
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean mayHaveMetOthersOf(CommMember member) {
    return member.comm().present().stream()
        .allMatch(other -> other == member || mayHaveMet(other, 0));
  }

  /**
   * Whether {@code other} has left, and has been where the simulator does not see whom it meets: as
   * in a barrier of the program's own, which the last to come passes without a wait.
   */
  private static boolean mayHaveMet(CommMember other, long moment) {
    HostTask task = other.caller().task();
    return other.left() != null
        && task != null
        && task.hasBeenOutsideSince(Math.max(moment, other.leftAt()));
  }

  private static void tell(Departure departure, Launch launch, List<Integer> shared) {
    CommMember member = launch.member();
    if (!member.comm().isFirstTime()) {
      return;
    }
    ReportedMisuse found =
        member
            .comm()
            .report(
                new ReportBuilder(
                        MisuseKind.HOST_WAIT,
                        " in "
                            + member.comm().name()
                            + ": "
                            + departure.member.name()
                            + " has closed "
                            + departure.member.comm().name()
                            + " and goes on to an operation with ranks "
                            + shared
                            + ", which it has not met since")
                    .rank(
                        departure.member.caller(),
                        "close (ncclCommDestroy) of " + departure.member.comm().name(),
                        "at " + departure.site)
                    .rank(member.caller(), launch.describe(), "at " + CallSite.current())
                    .among(shared)
                    .line(
                        "the last rank of a process that closes a communicator waits for the"
                            + " devices of all its ranks: let them meet, as by"
                            + " ProcessGroup.barrier, before any goes on (LIF-07, SIM-61)"));
    if (found != null) {
      throw found;
    }
  }
}
