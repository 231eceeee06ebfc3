package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;

/** The assemblies of one communicator: every rank makes the same ones in the same order. */
final class HostCollectives {
  private final SharedComm comm;
  private final List<HostCollective> open = new ArrayList<>();
  private final long[] joined;
  private long dropped;

  HostCollectives(SharedComm comm) {
    this.comm = comm;
    this.joined = new long[comm.worldSize()];
    comm.whenStopped(this::fail);
  }

  /** Joins a rank's next assembly, without waiting. */
  HostCollective join(CommMember own, String purpose) {
    int rank = own.rank();
    int place = (int) (joined[rank]++ - dropped);
    if (place == open.size()) {
      open.add(new HostCollective(comm, purpose));
    }
    HostCollective assembly = open.get(place);
    if (!assembly.purpose().equals(purpose)) {
      comm.throwIfError(different(assembly, own, purpose));
    }
    return assembly;
  }

  /** A rank has come with all it has to bring. */
  void arrive(HostCollective assembly, HostCollective.Participant job) {
    assembly.arrive(job);
    if (assembly.isComplete()) {
      open.remove(assembly);
      dropped++;
      assembly.present().forEach(each -> each.assembled(assembly));
    }
  }

  private ReportBuilder different(HostCollective assembly, CommMember own, String purpose) {
    int rank = own.rank();
    int first = assembly.first();
    return new ReportBuilder(
            MisuseKind.MISMATCH,
            "(call) in "
                + comm.name()
                + ": "
                + comm.nameOf(first)
                + " makes "
                + assembly.purpose()
                + ", "
                + comm.nameOf(rank)
                + " makes "
                + purpose)
        .rank(own.caller(), purpose, "at " + CallSite.current())
        .among(List.of(comm.driver(first)))
        .line("these calls are collective: all ranks must make them in the same order (SIM-06)");
  }

  boolean isPending() {
    return !open.isEmpty();
  }

  /** The communicator has stopped: nobody waits any more. */
  private void fail(RuntimeException why) {
    List<HostCollective> waiting = List.copyOf(open);
    open.clear();
    waiting.forEach(each -> each.present().forEach(job -> job.failed(why)));
  }
}
