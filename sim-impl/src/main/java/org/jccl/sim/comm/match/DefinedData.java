package org.jccl.sim.comm.match;

import org.jccl.MisuseKind;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.device.SimMemory;
import org.jspecify.annotations.Nullable;

/** At full checks: nobody sends what nobody has written (SIM-63), and what arrives is defined. */
final class DefinedData {
  private DefinedData() {}

  /** A report if a part sends what nobody has written, or null. */
  static @Nullable ReportBuilder check(SharedComm comm, LaunchedCall part) {
    if (part.send == null) {
      return null;
    }
    String undefined = memory(part).takeUndefined(part.send.address(), part.send.byteSize());
    if (undefined == null || part.launch.member().device().simulation().findings().isBroken()) {
      return null;
    }
    return new ReportBuilder(
            MisuseKind.UNINITIALIZED_DATA,
            " in "
                + comm.name()
                + ": "
                + comm.nameOf(part.rank)
                + " sends what nobody has written: "
                + undefined)
        .rank(
            part.rank, part.call, part.request.site() == null ? null : "at " + part.request.site())
        .line("write the send buffer before the call (SIM-63)");
  }

  /** What a part receives has been written. */
  static void received(LaunchedCall part) {
    if (part.recv != null) {
      memory(part).wrote(part.recv.address(), part.recv.byteSize());
    }
  }

  private static SimMemory memory(LaunchedCall part) {
    return part.launch.member().device().memory();
  }
}
