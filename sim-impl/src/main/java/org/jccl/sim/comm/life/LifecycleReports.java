package org.jccl.sim.comm.life;

import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** The words of reports about the ends of communicators (SIM-32, SIM-35, SIM-37 to SIM-39). */
public final class LifecycleReports {
  private LifecycleReports() {}

  private static ReportBuilder of(MisuseKind kind, CommMember member, String summary, String call) {
    return new ReportBuilder(
            kind, " in " + member.comm().name() + ", " + member.name() + ": " + summary)
        .rank(member.caller(), call, "at " + CallSite.current());
  }

  /** An operation is issued on a communicator that was finalized. */
  static ReportBuilder usedAfterFinalize(CommMember member, String operation) {
    return of(
            MisuseKind.USE_AFTER_FINALIZE,
            member,
            operation + " is issued after the communicator was finalized",
            operation)
        .line("after finalize only queries, destroy and abort have a meaning (LIF-04, SIM-32)");
  }

  /** Destroy came before its own work was done, and now that work's memory is freed. */
  static ReportBuilder destroyedInFlight(CommMember member, Wait busy, String where) {
    return new ReportBuilder(
            MisuseKind.DESTROY_IN_FLIGHT,
            " in "
                + member.comm().name()
                + ", "
                + member.name()
                + ": destroyed while "
                + busy.describe()
                + " is in flight, and its memory is freed after that")
        .rank(member.caller(), "destroy", "at " + where)
        .line(
            "only the last local rank's destroy waits: synchronize before buffers and streams are"
                + " freed (LIF-07, SIM-35)");
  }

  /** A communicator comes to its end while graphs refer to it, or null if none does. */
  static @Nullable ReportBuilder graphAlive(CommMember member, int graphs, String call) {
    if (graphs == 0 || member.worldSize() == 1) {
      return null;
    }
    return of(
            MisuseKind.GRAPH_ALIVE,
            member,
            call + " while graphs refer to it, with " + graphs + " captured calls or groups",
            call)
        .line("close the graphs first: NCCL waits for them for ever (LIF-06, SIM-37)");
  }

  /** A group ends a communicator that it also uses. */
  public static ReportBuilder groupConflict(CommMember member, String call) {
    return of(
            MisuseKind.GROUP_DESTROY_CONFLICT,
            member,
            "one group ends the communicator and issues operations on it",
            call)
        .line("NCCL ends it before the operations run: end it behind the group (LIF-13, SIM-38)");
  }

  /** A group creates communicators and issues operations. */
  public static ReportBuilder initConflict(CommMember member, String call) {
    return of(
            MisuseKind.GROUP_INIT_CONFLICT,
            member,
            "one group creates communicators and issues operations",
            call)
        .line("put creations into a group of their own (GRP-22, SIM-39)");
  }
}
