package org.jccl.sim.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jccl.ops.Call;
import org.jspecify.annotations.Nullable;

/**
 * What each rank did last, for the reports about it: its last calls, and groups that it gave up. A
 * rank is known by the number of its device. Bounded, and made into words only when a report asks.
 */
public final class History {
  private static final int KEPT = 4; // a power of two
  private static final int MOST_RANKS = 8;

  /** The last calls of one rank, in a ring. */
  private static final class Past {
    final Call[] calls = new Call[KEPT];
    final Object[] communicators = new Object[KEPT];
    int count;
    @Nullable String givenUp;
  }

  private Past[] ranks = {};

  /** A history in which nothing has happened. */
  History() {}

  /** A rank has made {@code call} on {@code communicator}. */
  public void note(int rank, Call call, Object communicator) {
    if (rank >= ranks.length) {
      grow(rank);
    }
    Past past = ranks[rank];
    int slot = past.count++ & (KEPT - 1);
    past.calls[slot] = call;
    past.communicators[slot] = communicator;
  }

  /** A rank has given up a group; {@code words} say where and why. */
  public void noteGivenUp(int rank, String words) {
    if (rank >= ranks.length) {
      grow(rank);
    }
    ranks[rank].givenUp = words;
  }

  private void grow(int rank) {
    Past[] more = new Past[Math.max(8, Math.max(rank + 1, 2 * ranks.length))];
    System.arraycopy(ranks, 0, more, 0, ranks.length);
    for (int i = ranks.length; i < more.length; i++) {
      more[i] = new Past();
    }
    ranks = more;
  }

  /** Everything so far belongs to a run that is over. */
  void clear() {
    ranks = new Past[0];
  }

  /** A line for each thing that ranks did before {@code report}, but for what it says itself. */
  List<String> linesFor(Collection<Integer> about, String report) {
    List<String> lines = new ArrayList<>();
    Map<String, List<Integer>> calls = new LinkedHashMap<>();
    int left = MOST_RANKS;
    for (int rank : about) {
      if (rank < 0 || rank >= ranks.length || left-- == 0) {
        continue;
      }
      String givenUp = ranks[rank].givenUp;
      if (givenUp != null) {
        lines.add("rank " + rank + " " + givenUp);
      }
      String words = words(ranks[rank], report);
      if (!words.isEmpty()) {
        calls.computeIfAbsent(words, same -> new ArrayList<>()).add(rank);
      }
    }
    calls.forEach((words, who) -> lines.add("before: " + names(who) + " called " + words));
    return lines;
  }

  private static String names(List<Integer> ranks) {
    return (ranks.size() == 1 ? "rank " : "ranks ")
        + ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** The calls by communicator: {@code all_reduce #3, broadcast #4 of comm-1, barrier #0 of tp}. */
  private static String words(Past past, String report) {
    StringBuilder words = new StringBuilder();
    Object before = null;
    for (int i = Math.max(0, past.count - KEPT); i < past.count; i++) {
      Call call = past.calls[i & (KEPT - 1)];
      Object communicator = past.communicators[i & (KEPT - 1)];
      String name = call.operation().label() + " #" + call.sequence();
      if (!report.contains(name + " ")) {
        if (before != null) {
          words.append(before == communicator ? ", " : " of " + before + ", ");
        }
        words.append(name);
        before = communicator;
      }
    }
    return before == null ? "" : words + " of " + before;
  }
}
