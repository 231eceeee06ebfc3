package org.jccl.sim.comm.life;

import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.launch.Launch;
import org.jspecify.annotations.Nullable;

/** The words of reports about the ends of communicators (SIM-32, SIM-35, SIM-37 to SIM-39). */
public final class LifecycleReports {
  private static final int MOST_GRAPHS = 4;

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
  static ReportBuilder destroyedInFlight(CommMember member, Launch busy, String destroyed) {
    Object issued = busy.site();
    return new ReportBuilder(
            MisuseKind.DESTROY_IN_FLIGHT,
            " in "
                + member.comm().name()
                + ", "
                + member.name()
                + ": destroyed while "
                + busy.describe()
                + " is in flight, and its memory is freed after that")
        .rank(member.caller(), busy.describe(), issued == null ? null : "at " + issued)
        .rank(member.caller(), "destroy", "at " + destroyed)
        .rank(member.caller(), "frees its memory", "at " + CallSite.current())
        .line(
            "only the last local rank's destroy waits: synchronize before buffers and streams are"
                + " freed (LIF-07, SIM-35)");
  }

  /** A communicator comes to its end while graphs refer to it, or null if none does. */
  static @Nullable ReportBuilder graphAlive(CommMember member, List<String> graphs, String call) {
    if (graphs.isEmpty() || member.worldSize() == 1) {
      return null;
    }
    ReportBuilder report =
        of(
            MisuseKind.GRAPH_ALIVE,
            member,
            call + " while graphs refer to it, with " + graphs.size() + " captured calls or groups",
            call);
    graphs.stream().distinct().limit(MOST_GRAPHS).map("in a graph: "::concat).forEach(report::line);
    return report.line("close the graphs first: NCCL waits for them for ever (LIF-06, SIM-37)");
  }

  /** A group ends a communicator that it also uses. */
  public static ReportBuilder groupEnds(
      CommMember member, Job end, Request used, boolean isEndLast) {
    String summary = "one group ends the communicator and issues operations on it";
    return conflict(MisuseKind.GROUP_DESTROY_CONFLICT, member, summary, end, used, isEndLast)
        .line("NCCL ends it before the operations run: end it behind the group (LIF-13, SIM-38)");
  }

  /** A group creates communicators and issues operations. */
  public static ReportBuilder groupCreates(
      CommMember member, Job creation, Request used, boolean isCreationLast) {
    String summary = "one group creates communicators and issues operations";
    return conflict(MisuseKind.GROUP_INIT_CONFLICT, member, summary, creation, used, isCreationLast)
        .line("put creations into a group of their own (GRP-22, SIM-39)");
  }

  private static ReportBuilder conflict(
      MisuseKind kind,
      CommMember member,
      String summary,
      Job job,
      Request used,
      boolean isJobLast) {
    String now = "at " + CallSite.current();
    Object site = used.site();
    String usedAt = site == null ? null : "at " + site;
    return new ReportBuilder(
            kind, " in " + member.comm().name() + ", " + member.name() + ": " + summary)
        .rank(member.caller(), used.operation().label(), isJobLast ? usedAt : now)
        .rank(member.caller(), job.describe(), isJobLast ? now : job.site());
  }
}
