package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Report;

/** The assemblies of one communicator: every rank makes the same ones in the same order. */
final class Assemblies {
  private final Clique clique;
  private final List<Assembly> open = new ArrayList<>();
  private final long[] joined;
  private long dropped;

  Assemblies(Clique clique) {
    this.clique = clique;
    this.joined = new long[clique.worldSize()];
    clique.whenStopped(this::fail);
  }

  /** Joins a rank's next assembly, without waiting. */
  Assembly join(int rank, String purpose) {
    int place = (int) (joined[rank]++ - dropped);
    if (place == open.size()) {
      open.add(new Assembly(clique, purpose));
    }
    Assembly assembly = open.get(place);
    if (!assembly.purpose().equals(purpose)) {
      clique.throwIfError(different(assembly, rank, purpose));
    }
    return assembly;
  }

  /** A rank has come with all it has to bring. */
  void arrive(Assembly assembly, Assembly.Participant job) {
    assembly.arrive(job);
    if (assembly.isComplete()) {
      open.remove(assembly);
      dropped++;
      assembly.present().forEach(each -> each.assembled(assembly));
    }
  }

  private Report different(Assembly assembly, int rank, String purpose) {
    int first = assembly.first();
    return new Report(
            MisuseKind.MISMATCH,
            "(call) in "
                + clique.name()
                + ": rank "
                + first
                + " makes "
                + assembly.purpose()
                + ", rank "
                + rank
                + " makes "
                + purpose)
        .rank(rank, purpose, "at " + CallSite.current())
        .among(List.of(first))
        .line("these calls are collective: all ranks must make them in the same order (SIM-06)");
  }

  boolean isPending() {
    return !open.isEmpty();
  }

  /** The communicator has stopped: nobody waits any more. */
  private void fail(RuntimeException why) {
    List<Assembly> waiting = List.copyOf(open);
    open.clear();
    waiting.forEach(each -> each.present().forEach(job -> job.failed(why)));
  }
}
