package org.jccl.sim.comm;

import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Report;
import org.jspecify.annotations.Nullable;

/** The words of reports about the ends of communicators (SIM-32, SIM-35, SIM-37 to SIM-39). */
public final class Ends {
  private Ends() {}

  private static Report of(MisuseKind kind, Endpoint endpoint, String summary, String call) {
    return new Report(kind, " in " + endpoint.name() + ", rank " + endpoint.rank() + ": " + summary)
        .rank(endpoint.rank(), call, "at " + CallSite.current());
  }

  /** An operation is issued on a communicator that was finalized. */
  static Report usedAfterFinalize(Endpoint endpoint, String operation) {
    return of(
            MisuseKind.USE_AFTER_FINALIZE,
            endpoint,
            operation + " is issued after the communicator was finalized",
            operation)
        .line("after finalize only queries, destroy and abort have a meaning (LIF-04, SIM-32)");
  }

  /** Destroy came before its own work was done, and now that work's memory is freed. */
  static Report destroyedInFlight(Endpoint endpoint, Launch busy, String where) {
    return new Report(
            MisuseKind.DESTROY_IN_FLIGHT,
            " in "
                + endpoint.name()
                + ", rank "
                + endpoint.rank()
                + ": destroyed while "
                + busy.describe()
                + " is in flight, and its memory is freed after that")
        .rank(endpoint.rank(), "destroy", "at " + where)
        .line(
            "only the last local rank's destroy waits: synchronize before buffers and streams are"
                + " freed (LIF-07, SIM-35)");
  }

  /** A communicator comes to its end while graphs refer to it, or null if none does. */
  static @Nullable Report graphAlive(Endpoint endpoint, String call) {
    if (endpoint.launching().graphs() == 0 || endpoint.worldSize() == 1) {
      return null;
    }
    return of(
            MisuseKind.GRAPH_ALIVE,
            endpoint,
            call
                + " while graphs refer to it, with "
                + endpoint.launching().graphs()
                + " captured calls or groups",
            call)
        .line("close the graphs first: NCCL waits for them for ever (LIF-06, SIM-37)");
  }

  /** A group ends a communicator that it also uses. */
  public static Report groupConflict(Endpoint endpoint, String call) {
    return of(
            MisuseKind.GROUP_DESTROY_CONFLICT,
            endpoint,
            "one group ends the communicator and issues operations on it",
            call)
        .line("NCCL ends it before the operations run: end it behind the group (LIF-13, SIM-38)");
  }

  /** A group creates communicators and issues operations. */
  public static Report initConflict(Endpoint endpoint, String call) {
    return of(
            MisuseKind.GROUP_INIT_CONFLICT,
            endpoint,
            "one group creates communicators and issues operations",
            call)
        .line("put creations into a group of their own (GRP-22, SIM-39)");
  }
}
