package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.config.ConfigField;
import org.jccl.ops.Call;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jspecify.annotations.Nullable;

/**
 * The communicators of one program on one device that launch in the host's order, and those that do
 * not. Work of the two kinds must not overlap there (rules CFG-20, SIM-69). It is judged by what is
 * ordered before what, so that the schedule does not matter.
 */
final class MixedOrders {
  /** What a communicator has launched on a device. */
  interface Work {
    /** The rank that launched it. */
    CommMember member();

    /** Whether it does nothing any more. */
    boolean isCancelled();

    /** What is ordered before it; null where nobody keeps that. */
    @Nullable Clock order();

    /** Whether {@code known} has its end. */
    boolean isBefore(Clock known);

    /** It is the last one of its kind on each of its lanes. */
    void putLanes(Map<Integer, Work> kind);

    /** Its first collective or message; null if it is one-sided. */
    @Nullable Call firstCall();

    /** What it is, for people. */
    String describe();

    /** Where it was made, if that is known. */
    @Nullable Object site();
  }

  /** Who launches on the device, for one rank of a communicator. */
  interface Launcher {
    /** The rank. */
    CommMember member();

    /** From now on its launches are to be looked at. */
    void mixes(MixedOrders orders);
  }

  /** Those that may launch as long as there is one kind alone; then nobody. */
  private final List<Launcher> launchers = new ArrayList<>();

  private boolean hasImplicit;
  private boolean hasOthers;

  /** The last launch of each kind on each lane of the device's work; what is older is before it. */
  private final Map<Integer, Work> implicit = new HashMap<>();

  private final Map<Integer, Work> others = new HashMap<>();

  /** One more works on the device. */
  void add(Launcher launcher) {
    boolean own = isImplicit(launcher.member());
    hasImplicit |= own;
    hasOthers |= !own;
    launchers.removeIf(each -> each.member().isOver());
    launchers.add(launcher);
    if (hasImplicit && hasOthers) {
      launchers.forEach(each -> each.mixes(this));
      launchers.clear();
    }
  }

  private static boolean isImplicit(CommMember member) {
    return member.config().get(ConfigField.LAUNCH_ORDER_IMPLICIT) == 1;
  }

  /** {@code launch} starts. */
  void started(Work launch) {
    Clock known = launch.order();
    if (known == null || launch.isCancelled()) {
      return;
    }
    boolean own = isImplicit(launch.member());
    for (Work other : (own ? others : implicit).values()) {
      if (!other.isCancelled() && !other.isBefore(known)) {
        tell(other, launch);
        return;
      }
    }
    launch.putLanes(own ? implicit : others);
  }

  private static void tell(Work first, Work second) {
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

  private static void add(ReportBuilder report, Work work) {
    Caller caller = work.member().caller();
    Call call = work.firstCall();
    if (call == null) {
      Object site = work.site();
      report.rank(caller, work.describe(), site == null ? null : site.toString());
    } else {
      String words = caller.words(call) + " of " + words(work.member());
      report.rank(caller, words, caller.site(call));
    }
  }
}
