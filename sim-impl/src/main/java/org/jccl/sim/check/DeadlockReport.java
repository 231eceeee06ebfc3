package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Quiescence with live ranks: nothing can run, so nothing ever will. Says for every rank what it
 * waits for and where, and the cycle, or the ranks that will never come (SIM-07, SIM-11 to SIM-13).
 */
public final class DeadlockReport {
  private static final int MOST_RANKS_LISTED = 16;

  private DeadlockReport() {}

  /** The report over all rank tasks of a run, of which {@code blocked} wait. */
  public static ReportedMisuse of(List<HostTask> tasks, List<HostTask> blocked, String replay) {
    Map<Integer, List<Integer>> edges = new HashMap<>();
    StringBuilder text = new StringBuilder(": nothing can run, and ");
    text.append(blocked.size()).append(" of ").append(tasks.size()).append(" ranks wait for ever");
    int listed = 0;
    for (HostTask task : tasks) {
      Wait wait = task.waitingFor();
      if (wait != null) {
        edges.put(task.rank(), wait.ranks());
      }
      if (listed < MOST_RANKS_LISTED) {
        text.append('\n').append(line(task, wait));
        listed++;
      }
    }
    if (tasks.size() > listed) {
      text.append("\n  … and ").append(tasks.size() - listed).append(" more ranks");
    }
    text.append("\n  ").append(verdict(edges, tasks)).append("\n  replay: ").append(replay);
    List<Integer> ranks = blocked.stream().map(HostTask::rank).sorted().toList();
    MisuseKind kind = kind(edges, tasks);
    return new ReportedMisuse(kind, ranks, kind + text.toString());
  }

  /** What the first wait for ranks that have all ended is called, unless there is a cycle. */
  private static MisuseKind kind(Map<Integer, List<Integer>> edges, List<HostTask> tasks) {
    List<Integer> ended =
        tasks.stream()
            .filter(task -> task.state() == HostTask.State.FINISHED)
            .map(HostTask::rank)
            .toList();
    if (!cycle(edges).isEmpty()) {
      return MisuseKind.DEADLOCK;
    }
    for (HostTask task : tasks) {
      Wait wait = task.waitingFor();
      if (wait != null && !wait.ranks().isEmpty() && ended.containsAll(wait.ranks())) {
        return wait.whenMissing();
      }
    }
    return MisuseKind.DEADLOCK;
  }

  private static String line(HostTask task, @Nullable Wait wait) {
    String head = "  rank " + task.rank();
    if (wait == null) {
      return head
          + (task.state() == HostTask.State.FINISHED ? " has ended" : " is " + task.state());
    }
    String site = CallSite.of(task.thread());
    String on = wait.ranks().isEmpty() ? "" : ", waits for " + ranks(wait.ranks());
    return head + " waits for " + wait.describe() + on + (site == null ? "" : "\n    at " + site);
  }

  private static String verdict(Map<Integer, List<Integer>> edges, List<HostTask> tasks) {
    List<Integer> cycle = cycle(edges);
    if (!cycle.isEmpty()) {
      StringBuilder text = new StringBuilder("cycle: ");
      cycle.forEach(rank -> text.append("rank ").append(rank).append(" → "));
      return text.append("rank ")
          .append(cycle.getFirst())
          .append(". Put exchanges into a group on both sides (P2P-08).")
          .toString();
    }
    List<Integer> absent =
        tasks.stream()
            .filter(task -> task.state() == HostTask.State.FINISHED)
            .map(HostTask::rank)
            .filter(rank -> edges.values().stream().anyMatch(on -> on.contains(rank)))
            .toList();
    return absent.isEmpty()
        ? "no cycle between ranks is known: look at the waits above"
        : "missing: " + ranks(absent) + " ended without making the call";
  }

  private static List<Integer> cycle(Map<Integer, List<Integer>> edges) {
    Map<Integer, Integer> colour = new HashMap<>();
    for (Integer start : edges.keySet().stream().sorted().toList()) {
      List<Integer> path = new ArrayList<>();
      Integer at = start;
      while (at != null && edges.containsKey(at) && !colour.containsKey(at)) {
        colour.put(at, start);
        path.add(at);
        at = nextWaiting(at, edges);
      }
      if (at != null && start.equals(colour.get(at)) && path.contains(at)) {
        return path.subList(path.indexOf(at), path.size());
      }
    }
    return List.of();
  }

  private static @Nullable Integer nextWaiting(int rank, Map<Integer, List<Integer>> edges) {
    return edges.getOrDefault(rank, List.of()).stream()
        .filter(edges::containsKey)
        .findFirst()
        .orElse(null);
  }

  private static String ranks(List<Integer> ranks) {
    if (ranks.size() == 1) {
      return "rank " + ranks.getFirst();
    }
    List<Integer> shown = ranks.subList(0, Math.min(ranks.size(), MOST_RANKS_LISTED));
    return "ranks " + shown + (shown.size() < ranks.size() ? " and more" : "");
  }
}
