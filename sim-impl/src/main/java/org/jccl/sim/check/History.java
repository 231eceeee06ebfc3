package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What each rank did last, for the reports about it: its last calls on each communicator, and a
 * group that it gave up. A rank is known by the number of its device. Whoever numbers calls keeps
 * the last ones; they are made into words when a report asks.
 */
public final class History {
  /** The last calls of one rank on one communicator. */
  public interface Calls {
    /** In words, but for those that {@code report} names itself; empty if there are none. */
    String lastBut(String report);

    /** Whether the communicator has ended on this rank. */
    boolean isOver();
  }

  private static final int MOST_RANKS = 8;
  private static final int MOST_COMMUNICATORS = 4;

  private final Map<Integer, List<Calls>> calls = new HashMap<>();
  private final Map<Integer, String> givenUp = new HashMap<>();

  /** A history in which nothing has happened. */
  History() {}

  /** {@code more} are calls of a rank. */
  public void add(int rank, Calls more) {
    List<Calls> known = calls.computeIfAbsent(rank, first -> new ArrayList<>(1));
    known.removeIf(Calls::isOver);
    known.add(more);
  }

  /** A communicator has ended on a rank: nothing of it is kept. */
  public void forgetEnded(int rank) {
    List<Calls> known = calls.get(rank);
    if (known != null) {
      known.removeIf(Calls::isOver);
    }
  }

  /** A rank has given up a group; {@code words} say where and why. */
  public void noteGivenUp(int rank, String words) {
    givenUp.put(rank, words);
  }

  /** What was given up belongs to a run that is over. */
  void forgetGroups() {
    givenUp.clear();
  }

  /** A line for each thing that ranks did before {@code report}, but for what it says itself. */
  List<String> linesFor(Collection<Integer> about, String report) {
    List<String> lines = new ArrayList<>();
    Map<String, List<Integer>> said = new LinkedHashMap<>();
    for (int rank : about.stream().limit(MOST_RANKS).toList()) {
      String group = givenUp.get(rank);
      if (group != null) {
        lines.add("rank " + rank + " " + group);
      }
      String words = words(rank, report);
      if (!words.isEmpty()) {
        said.computeIfAbsent(words, same -> new ArrayList<>()).add(rank);
      }
    }
    said.forEach((words, who) -> lines.add("before: " + names(who) + " called " + words));
    return lines;
  }

  private String words(int rank, String report) {
    return calls.getOrDefault(rank, List.of()).stream()
        .filter(each -> !each.isOver())
        .map(each -> each.lastBut(report))
        .filter(words -> !words.isEmpty())
        .limit(MOST_COMMUNICATORS)
        .collect(Collectors.joining("; "));
  }

  private static String names(List<Integer> ranks) {
    return (ranks.size() == 1 ? "rank " : "ranks ")
        + ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
