package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jccl.MisuseKind;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Quiescence with live ranks: nothing can run, so nothing ever will. Says for every rank what it
 * waits for and where, and gives the reason its name: a cycle, or what the end of the chain of
 * waits lacks (SIM-07, SIM-11 to SIM-13, SIM-18 to SIM-21, SIM-36, SIM-58, SIM-61).
 */
public final class DeadlockReport {
  static final int MOST_RANKS_LISTED = 16;

  private final List<HostTask> tasks;
  private final List<HostTask> blocked;

  /** What each waiting rank comes down to, by rank. */
  private final Map<Integer, Wait> roots = new TreeMap<>();

  private DeadlockReport(List<HostTask> tasks, List<HostTask> blocked) {
    this.tasks = tasks;
    this.blocked = blocked;
    for (HostTask task : blocked) {
      Wait wait = task.waitingFor();
      if (wait != null) {
        roots.put(task.place(), wait.root());
      }
    }
  }

  /** The report over all rank tasks of a run, of which {@code blocked} wait. */
  public static ReportBuilder of(List<HostTask> tasks, List<HostTask> blocked) {
    return new DeadlockReport(tasks, blocked).report();
  }

  private ReportBuilder report() {
    Wait closed =
        roots.values().stream().filter(root -> !root.reasons().isEmpty()).findFirst().orElse(null);
    List<Integer> cycle = closed == null ? cycle() : List.of();
    if (!cycle.isEmpty()) {
      ReportBuilder report = listed(ofCycle(cycle), cycle);
      return report.line(path(cycle)).line(adviceOnCycle(report.kind(), cycle));
    }
    List<Integer> chain = closed == null ? chain() : List.of();
    Wait last = chain.isEmpty() ? closed : roots.get(chain.getLast());
    List<Integer> absent = last == null ? List.of() : last.ranks();
    MisuseKind kind = last == null ? MisuseKind.DEADLOCK : ofEnd(last, absent);
    ReportBuilder report =
        listed(kind, absent)
            .line(
                absent.isEmpty()
                    ? "no rank is known on whom the others wait: look at the waits above"
                    : "missing: " + ranks(absent) + ": " + adviceOnEnd(kind, absent));
    List<String> reasons = last == null ? List.of() : last.reasons();
    reasons.forEach(report::line);
    return reasons.isEmpty()
        ? report
        : report.line("close a communicator behind the last call of all its ranks (LIF-09)");
  }

  // ---------------------------------------------------------------- the name

  private MisuseKind ofCycle(List<Integer> cycle) {
    if (cycle.size() == 1) {
      return MisuseKind.GROUP_REQUIRED; // it waits for a rank that it drives itself
    }
    Set<String> communicators = new TreeSet<>();
    for (int rank : cycle) {
      Wait root = root(rank);
      Wait wait = task(rank).waitingFor();
      boolean ordered = root.nature() == Wait.Nature.COLLECTIVE || root.nature() == Wait.Nature.END;
      if (!ordered || (wait != null && wait.passesEvent())) {
        return MisuseKind.DEADLOCK;
      }
      communicators.add(root.communicator());
    }
    return communicators.size() > 1 ? MisuseKind.ORDER_INVERSION : MisuseKind.DEADLOCK;
  }

  private MisuseKind ofEnd(Wait last, List<Integer> absent) {
    boolean hostWaits =
        absent.stream().anyMatch(rank -> blocked.stream().anyMatch(task -> task.place() == rank));
    if (last.isRendezvous() && hostWaits && last.reasons().isEmpty()) {
      return MisuseKind.HOST_WAIT;
    }
    return switch (last.nature()) {
      case CREATION ->
          tasks.size() < last.participants() ? MisuseKind.GROUP_REQUIRED : MisuseKind.MISSING_RANK;
      case COLLECTIVE, END -> MisuseKind.MISSING_RANK;
      case MESSAGE -> MisuseKind.UNMATCHED_P2P;
      case SIGNAL -> MisuseKind.MISSING_SIGNAL;
      case HOST -> MisuseKind.DEADLOCK;
    };
  }

  private String adviceOnCycle(MisuseKind kind, List<Integer> cycle) {
    return switch (kind) {
      case GROUP_REQUIRED ->
          "a thread that drives several ranks puts the calls of all of them into one group (SIM-21)";
      case ORDER_INVERSION ->
          cycle.stream().anyMatch(rank -> root(rank).nature() == Wait.Nature.END)
              ? "close communicators in one order on all ranks, behind the operations that they"
                  + " share (LIF-07, LIF-09)"
              : "issue the operations of different communicators in the same order on all ranks (GRP-19,"
                  + " STR-09)";
      default -> adviceOnCycle(cycle);
    };
  }

  /** What would have kept these ranks from waiting for each other. */
  private String adviceOnCycle(List<Integer> cycle) {
    Set<Wait.Nature> natures = EnumSet.noneOf(Wait.Nature.class);
    cycle.forEach(rank -> natures.add(root(rank).nature()));
    if (cycle.stream().anyMatch(rank -> passesEvent(rank))) {
      return "let the streams of all ranks wait for each other's events in one order (SIM-20)";
    }
    if (natures.equals(EnumSet.of(Wait.Nature.MESSAGE))) {
      boolean isOne = cycle.stream().map(rank -> root(rank).communicator()).distinct().count() == 1;
      return isOne
          ? "put the sends and receives of an exchange into one group on each rank (P2P-08)"
          : "issue the messages of different communicators in one order on all ranks, each exchange in"
              + " one group (GRP-19, P2P-08)";
    }
    if (cycle.stream().anyMatch(rank -> root(rank).isRendezvous())) {
      return "no host waits for a peer between an operation and the peer's call of it (STR-11,"
          + " SIM-61)";
    }
    if (natures.contains(Wait.Nature.CREATION)) {
      return "make, split and end communicators in one order on all ranks, before or behind the"
          + " operations that they share (SIM-47)";
    }
    if (natures.contains(Wait.Nature.SIGNAL)) {
      return "let every rank signal before it waits for the signals of others (SIM-58)";
    }
    return natures.contains(Wait.Nature.MESSAGE)
        ? "let all ranks issue the messages and the collectives among them in one order, or put"
            + " them into one group (P2P-08)"
        : "let all ranks wait for their operations in the order in which they were issued";
  }

  private boolean passesEvent(int rank) {
    Wait wait = task(rank).waitingFor();
    return wait != null && wait.passesEvent();
  }

  private String adviceOnEnd(MisuseKind kind, List<Integer> absent) {
    String state =
        absent.stream().allMatch(this::hasEnded)
            ? "ended"
            : absent.stream().allMatch(this::waitsEndlessly) ? "hangs" : "went on";
    return switch (kind) {
      case UNMATCHED_P2P ->
          state + " without the other half of the message: a send needs its receive (P2P-18)";
      case MISSING_SIGNAL -> state + " without sending the signal (SIM-58)";
      case GROUP_REQUIRED ->
          "a thread that drives several ranks creates them in one group (SIM-21)";
      case HOST_WAIT ->
          "wait on the host for a rank that waits inside a stream operation for them: no host wait"
              + " for a peer between an operation and the peer's call of it (STR-11, SIM-61)";
      default -> state + " without making the call";
    };
  }

  private boolean waitsEndlessly(int rank) {
    Wait root = roots.get(rank);
    return root != null && root.isEndless();
  }

  private boolean hasEnded(int rank) {
    return tasks.stream().noneMatch(task -> task.place() == rank && !hasEnded(task));
  }

  private static boolean hasEnded(HostTask task) {
    return task.isOwned() ? task.state() == HostTask.State.FINISHED : !task.thread().isAlive();
  }

  private static String goesOn(HostTask task) {
    String site = CallSite.of(task.thread());
    return " is outside jccl" + (site == null ? "" : "\n    at " + site);
  }

  // ---------------------------------------------------------------- the graph of waits

  private Wait root(int rank) {
    Wait root = roots.get(rank);
    if (root == null) {
      throw new IllegalStateException("rank " + rank + " does not wait");
    }
    return root;
  }

  private HostTask task(int rank) {
    return blocked.stream().filter(task -> task.place() == rank).findFirst().orElseThrow();
  }

  /** The ranks of one cycle of waits, in order, or none. */
  private List<Integer> cycle() {
    Set<Integer> finished = new TreeSet<>();
    for (int start : roots.keySet()) {
      List<Integer> path = new ArrayList<>();
      List<Integer> found = visit(start, path, finished);
      if (found != null) {
        return found;
      }
    }
    return List.of();
  }

  private @Nullable List<Integer> visit(int start, List<Integer> path, Set<Integer> finished) {
    List<List<Integer>> open = new ArrayList<>();
    path.add(start);
    open.add(new ArrayList<>(root(start).ranks()));
    while (!path.isEmpty()) {
      List<Integer> on = open.getLast();
      if (on.isEmpty()) {
        finished.add(path.removeLast());
        open.removeLast();
        continue;
      }
      int next = on.removeFirst();
      if (path.contains(next)) {
        return path.subList(path.indexOf(next), path.size());
      }
      if (roots.containsKey(next) && !finished.contains(next)) {
        path.add(next);
        open.add(new ArrayList<>(root(next).ranks()));
      }
    }
    return null;
  }

  /** From the first rank that knows whom it waits for to the last one that does. */
  private List<Integer> chain() {
    List<Integer> chain = new ArrayList<>();
    Integer at = roots.keySet().stream().filter(this::knowsWhom).findFirst().orElse(null);
    while (at != null) {
      chain.add(at);
      at = root(at).ranks().stream().filter(this::knowsWhom).findFirst().orElse(null);
    }
    return chain;
  }

  private boolean knowsWhom(int rank) {
    Wait root = roots.get(rank);
    return root != null && !root.ranks().isEmpty();
  }

  // ---------------------------------------------------------------- the words

  private ReportBuilder listed(MisuseKind kind, List<Integer> also) {
    ReportBuilder report =
        new ReportBuilder(
            kind,
            ": nothing can run, and "
                + blocked.size()
                + " of "
                + tasks.size()
                + (tasks.stream().allMatch(HostTask::isOwned) ? " ranks" : " threads")
                + " wait for ever");
    report
        .among(roots.keySet().stream().filter(rank -> rank >= 0).toList())
        .among(also.stream().filter(rank -> rank >= 0).toList());
    int listed = 0;
    for (HostTask task : tasks) {
      if (listed++ < MOST_RANKS_LISTED) {
        report.line(line(task));
      }
    }
    if (tasks.size() > MOST_RANKS_LISTED) {
      report.line("… and " + (tasks.size() - MOST_RANKS_LISTED) + " more ranks");
    }
    return report;
  }

  static String line(HostTask task) {
    String head = name(task);
    Wait wait = task.waitingFor();
    if (wait == null) {
      return head
          + (hasEnded(task) ? " has ended" : task.isOwned() ? " is " + task.state() : goesOn(task));
    }
    String site = CallSite.of(task.thread());
    Wait root = wait.root();
    String on = root.ranks().isEmpty() ? "" : ", waits for " + ranks(root.ranks());
    StringBuilder text = new StringBuilder(head);
    text.append(" waits for ").append(wait.describe()).append(on);
    text.append("\n    ").append(site == null ? "at the end of its program" : "at " + site);
    for (String operation : root.operations()) {
      text.append("\n    stuck: ").append(operation);
    }
    return text.toString();
  }

  /** A thread that the simulator did not start has a name, and the rank that it acts for. */
  private static String name(HostTask task) {
    if (task.isOwned()) {
      return "rank " + task.place();
    }
    String thread = "thread " + task.thread().getName();
    return task.place() < 0 || task.waitingFor() == null
        ? thread
        : "rank " + task.place() + " (" + thread + ")";
  }

  private String path(List<Integer> cycle) {
    StringBuilder text = new StringBuilder("cycle: ");
    for (int rank : cycle) {
      text.append("rank ").append(rank).append(" → ");
    }
    text.append("rank ").append(cycle.getFirst());
    for (int rank : cycle) {
      Wait wait = task(rank).waitingFor();
      if (wait != null && wait.passesEvent()) {
        text.append("; rank ")
            .append(rank)
            .append(" through an event, behind ")
            .append(root(rank).describe());
      }
    }
    return text.toString();
  }

  static String ranks(List<Integer> ranks) {
    if (ranks.size() == 1) {
      return "rank " + ranks.getFirst();
    }
    List<Integer> shown = ranks.subList(0, Math.min(ranks.size(), MOST_RANKS_LISTED));
    return "ranks " + shown + (shown.size() < ranks.size() ? " and more" : "");
  }
}
