package org.jccl.sim;

import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ReportedMisuse;
import org.jccl.config.TimeLimit;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.DeadlockReport;
import org.jccl.sim.check.Findings;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.creation.Bootstrap;
import org.jccl.sim.faults.FaultInjector;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** What is told when nothing in a simulation can go on any more, and who is told. */
final class HangReports {
  private final Kernel kernel;
  private final Findings findings;
  private final Bootstrap creations;
  private final @Nullable FaultInjector faults;
  private final TimeLimit foreignTimeout;

  /**
   * Those of {@code kernel}.
   *
   * @param faults what breaks on purpose; null if nothing is planned
   * @param foreignTimeout how long a thread that the simulator did not start waits at most
   */
  HangReports(
      Kernel kernel,
      Findings findings,
      Bootstrap creations,
      @Nullable FaultInjector faults,
      TimeLimit foreignTimeout) {
    this.kernel = kernel;
    this.findings = findings;
    this.creations = creations;
    this.faults = faults;
    this.foreignTimeout = foreignTimeout;
  }

  /** All ranks wait for each other. */
  void deadlock(List<HostTask> blocked) {
    List<HostTask> told = faults == null ? blocked : faults.toBeTold(blocked, findings.isBroken());
    if (!told.isEmpty()) {
      deadlock(blocked, told);
    }
  }

  private void deadlock(List<HostTask> blocked, List<HostTask> told) {
    boolean isFirst = !findings.isBroken();
    ReportedMisuse report = swallowed();
    if (report == null) {
      ReportBuilder hidden = creations.findHidden();
      report = findings.keep(hidden != null ? hidden : DeadlockReport.of(kernel.tasks(), blocked));
    }
    if (isFirst) {
      findings.faults().hung(String.valueOf(report.getMessage()));
    }
    creations.reportPending(report);
    for (HostTask task : told) {
      task.condemn(report);
    }
  }

  /**
   * The report that a rank was told, while others wait for it; or null: it has caught it and ended
   * with it, or it closes what it has open and waits there.
   */
  private @Nullable ReportedMisuse swallowed() {
    return findings.errors().stream()
        .filter(one -> one.ranks().stream().anyMatch(this::hasEnded))
        .findFirst()
        .orElse(null);
  }

  private boolean hasEnded(int rank) {
    return kernel.tasks().stream()
        .filter(task -> task.rank() == rank)
        .anyMatch(
            task -> task.state() == HostTask.State.FINISHED || CallSite.isClosing(task.thread()));
  }

  /** Threads that the simulator did not start wait for each other, or one waits for too long. */
  void standstill(List<HostTask> known, List<HostTask> blocked, boolean proven) {
    ReportBuilder hidden = creations.findHidden();
    ReportBuilder report = hidden != null ? hidden : DeadlockReport.of(known, blocked);
    CollectiveException why =
        proven
            ? hung(findings.keep(report))
            : new CollectiveTimeoutException(
                "a thread has waited for longer than foreignTimeout "
                    + foreignTimeout
                    + ": "
                    + report.toMisuse(findings.replay()).getMessage());
    creations.reportPending(why);
    blocked.forEach(task -> task.fail(why));
  }

  private ReportedMisuse hung(ReportedMisuse report) {
    findings.faults().hung(String.valueOf(report.getMessage()));
    return report;
  }
}
