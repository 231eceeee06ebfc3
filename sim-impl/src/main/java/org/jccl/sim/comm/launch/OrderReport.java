package org.jccl.sim.comm.launch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.match.LaunchedCall;

/** The words of an order of communicators that closes a circle (SIM-18, SIM-19). */
final class OrderReport {
  private OrderReport() {}

  /** Reports the circle and stops its communicators, unless it is one of events. */
  static void tell(List<OrderCircle.Step<IssueOrder, LaunchedCall>> circle) {
    if (isOfEvents(circle)) {
      return; // it comes to a halt, and is reported then with its events (SIM-20)
    }
    Set<SharedComm> communicators = new LinkedHashSet<>();
    circle.forEach(step -> communicators.add(member(step.ahead()).comm()));
    SharedComm first = communicators.iterator().next();
    ReportedMisuse found = first.report(words(circle, communicators));
    if (found != null) {
      communicators.forEach(each -> each.stop(found));
      throw found;
    }
  }

  private static ReportBuilder words(
      List<OrderCircle.Step<IssueOrder, LaunchedCall>> circle, Set<SharedComm> communicators) {
    List<OrderCircle.Step<IssueOrder, LaunchedCall>> sorted = new ArrayList<>(circle);
    sorted.sort(Comparator.comparingInt(step -> member(step.ahead()).worldRank()));
    String ranks =
        sorted.stream()
            .map(step -> String.valueOf(member(step.ahead()).worldRank()))
            .distinct()
            .collect(Collectors.joining(circle.size() == 2 ? " and " : ", "));
    ReportBuilder report =
        new ReportBuilder(
            MisuseKind.ORDER_INVERSION,
            " of "
                + communicators.stream().map(SharedComm::name).collect(Collectors.joining(" and "))
                + ": the devices of ranks "
                + ranks
                + (circle.size() == 2
                    ? " are given their operations in opposite orders"
                    : " are given their operations in orders that close a circle"));
    for (OrderCircle.Step<IssueOrder, LaunchedCall> step : sorted) {
      add(report, "first ", step.ahead());
      add(report, "then ", step.behind());
    }
    return report.line(
        "all devices must be given the operations of different communicators in one order"
            + " (GRP-19, STR-09, SIM-18, SIM-19)");
  }

  private static void add(ReportBuilder report, String when, LaunchedCall call) {
    Caller caller = member(call).caller();
    String words = caller.words(call.call()) + " of " + member(call).comm().name();
    report.rank(caller, when + words, caller.site(call.call()));
  }

  private static CommMember member(LaunchedCall call) {
    return CommunicatorOrder.launchOf(call).member();
  }

  // ---------------------------------------------------------------- events

  /** Whether streams keep the order on each of the devices, and events have a part in that. */
  private static boolean isOfEvents(List<OrderCircle.Step<IssueOrder, LaunchedCall>> circle) {
    boolean events = false;
    for (OrderCircle.Step<IssueOrder, LaunchedCall> step : circle) {
      Launch behind = CommunicatorOrder.launchOf(step.behind());
      Launch ahead = CommunicatorOrder.launchOf(step.ahead());
      if (!behind.waitsFor(launch -> launch == ahead)) {
        return false;
      }
      events |= behind.asWait().passesEvent();
    }
    return events;
  }
}
