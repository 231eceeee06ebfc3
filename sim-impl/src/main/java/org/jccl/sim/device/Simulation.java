package org.jccl.sim.device;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jccl.CheckLevel;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.Findings;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.cost.CostModel;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.sim.machine.KnownDefects;
import org.jccl.sim.machine.Variables;
import org.jccl.sim.timeline.Lane;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * What everything in one simulation shares.
 *
 * @param version version code of the NCCL that is imitated
 * @param defects the known defects of that version that are imitated
 * @param environment NCCL's environment variables as the simulation sees them (chapter 10)
 * @param kernel the event loop
 * @param checks how much is checked
 * @param findings what was reported so far
 * @param lifetimes what was made and is not closed
 * @param order what is ordered before what, or null at {@link CheckLevel#NONE}
 * @param reductions the last handle of a custom reduction: none is used twice (SIM-51, SIM-52)
 * @param profile the machine that is imitated
 * @param cost how long things take in virtual time
 * @param timeline where what happens in virtual time is written down, or null
 * @param residentKernels how many kernels a device holds at once; 0 for any number
 * @param eagerSends whether small sends end before their receives are there
 */
public record Simulation(
    int version,
    KnownDefects defects,
    Map<String, String> environment,
    Kernel kernel,
    CheckLevel checks,
    Findings findings,
    Lifetimes lifetimes,
    @Nullable HappensBefore order,
    AtomicInteger reductions,
    GpuProfile profile,
    CostModel cost,
    @Nullable Timeline timeline,
    int residentKernels,
    boolean eagerSends) {
  /** Whether anything is checked. */
  public boolean isChecking() {
    return checks != CheckLevel.NONE;
  }

  /** Whether it is known of all memory whether its content means something (SIM-63). */
  public boolean followsData() {
    return checks == CheckLevel.FULL || findings.faults().isPlanned();
  }

  /** Whether the library looks at buffers' addresses (rule ARG-04). */
  public boolean checksPointers() {
    String mode = version >= 22907 ? environment.getOrDefault("NCCL_CHECK_MODE", "") : "";
    mode = mode.toUpperCase(Locale.ROOT);
    return setting("NCCL_CHECK_POINTERS", 0) == 1
        || "DEBUG_LOCAL".equals(mode)
        || "DEBUG_GLOBAL".equals(mode);
  }

  /** NCCL's integer variable {@code name}; {@code otherwise} if it is not set. */
  public long setting(String name, long otherwise) {
    return Variables.number(environment, name, otherwise);
  }

  /** Draws that a host thread waits for {@code what} of a device until that virtual time. */
  void drawWait(HostTask task, int device, long time, Object what) {
    if (timeline != null && time > task.clock()) {
      timeline
          .slice(Lane.host(device, task.rank()), "host", "wait for " + what, task.clock(), time)
          .end();
    }
  }

  /** A misuse report about one rank's device, with the line that replays it; kept. */
  public ReportedMisuse misuse(MisuseKind kind, int device, String text) {
    return findings.keep(
        new ReportBuilder(kind, " on device " + device + ": " + text).among(List.of(device)));
  }
}
