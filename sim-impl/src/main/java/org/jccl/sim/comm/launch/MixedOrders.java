package org.jccl.sim.comm.launch;

import java.util.HashMap;
import java.util.Map;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.config.ConfigField;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.LaunchedCall;

/**
 * The communicators of one program on one device that launch in the host's order, and those that do
 * not. Work of the two kinds must not overlap there (rules CFG-20, SIM-69). It is judged by what is
 * ordered before what, so that the schedule does not matter.
 */
final class MixedOrders {
  private static final int BOTH = 0b11;

  /** A bit for each kind that was ever there. */
  private int kinds;

  /** The last launch of each kind on each lane of the device's work; what is older is before it. */
  private final Map<Integer, Launch> implicit = new HashMap<>();

  private final Map<Integer, Launch> others = new HashMap<>();

  /** {@code member} works on the device. */
  void add(CommMember member) {
    kinds |= isImplicit(member) ? 0b10 : 0b01;
  }

  private static boolean isImplicit(CommMember member) {
    return member.config().get(ConfigField.LAUNCH_ORDER_IMPLICIT) == 1;
  }

  /** {@code launch} starts. */
  void started(Launch launch) {
    Clock known = kinds == BOTH ? launch.order() : null;
    if (known == null || launch.isCancelled()) {
      return;
    }
    boolean own = isImplicit(launch.member());
    for (Launch other : (own ? others : implicit).values()) {
      if (!other.isCancelled() && !other.isBefore(known)) {
        tell(other, launch);
        return;
      }
    }
    launch.putLanes(own ? implicit : others);
  }

  private static void tell(Launch first, Launch second) {
    SharedComm one = first.member().comm();
    SharedComm two = second.member().comm();
    ReportBuilder report =
        new ReportBuilder(
            MisuseKind.LAUNCH_ORDER_MIXED,
            " on device "
                + first.member().device().index()
                + ": nothing orders work of "
                + words(first.member())
                + " and of "
                + words(second.member()));
    add(report, first);
    add(report, second);
    ReportedMisuse found =
        one.report(
            report.line(
                "order them by a stream, an event or a wait of the host, or give the communicators"
                    + " of a GPU the same launchOrderImplicit (CFG-20, SIM-69)"));
    if (found != null) {
      two.stop(found);
    }
  }

  private static String words(CommMember member) {
    return member.comm().name() + " (launchOrderImplicit " + (isImplicit(member) ? "1)" : "0)");
  }

  private static void add(ReportBuilder report, Launch launch) {
    Caller caller = launch.member().caller();
    if (launch.parts().isEmpty()) {
      Object site = launch.site();
      report.rank(caller, launch.describe(), site == null ? null : site.toString());
    } else {
      LaunchedCall call = launch.parts().getFirst();
      String words = caller.words(call.call()) + " of " + words(launch.member());
      report.rank(caller, words, caller.site(call.call()));
    }
  }
}
