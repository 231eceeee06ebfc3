package org.jccl.benchmarks.flight;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jccl.benchmarks.json.BadFileException;

/**
 * What the flight recorders of several ranks say when they are set side by side. No rank is taken
 * for right: the ranks vote, and where they are divided evenly both sides are named.
 */
public final class Explanation {
  private static final int MOST_RANKS_NAMED = 8;

  private final List<String> verdicts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Explanation() {}

  /**
   * Reads and compares all recordings of a directory.
   *
   * @param folder the directory
   * @throws BadFileException if a file cannot be read
   */
  public static Explanation of(Path folder) throws BadFileException {
    return of(FlightFile.readAll(folder));
  }

  static Explanation of(List<Flight> flights) {
    Explanation made = new Explanation();
    for (Flight flight : flights) {
      made.notes.add(
          "%s (host %s): written because %s"
              .formatted(flight.file(), flight.process(), flight.reason()));
    }
    meetings(flights).forEach(made::meeting);
    return made;
  }

  /** What went wrong, most telling first; empty if the recordings agree. */
  public List<String> verdicts() {
    return verdicts;
  }

  /** What was read. */
  public List<String> notes() {
    return notes;
  }

  /**
   * The ends that belong together: same name and size, and the same turn where a process opened
   * several of them.
   */
  private static Map<String, TreeMap<Integer, Flight.End>> meetings(List<Flight> flights) {
    Map<String, TreeMap<Integer, Flight.End>> found = new LinkedHashMap<>();
    for (Flight flight : flights) {
      Map<String, Integer> turns = new HashMap<>();
      for (Flight.End end : flight.ends()) {
        String name = end.communicator() + ", " + end.worldSize() + " ranks";
        int turn = turns.merge(name + end.rank(), 1, Integer::sum);
        String key = turn == 1 ? name : name + ", opened as number " + turn;
        found.computeIfAbsent(key, unknown -> new TreeMap<>()).put(end.rank(), end);
      }
    }
    return found;
  }

  private void meeting(String name, TreeMap<Integer, Flight.End> ends) {
    int before = verdicts.size();
    int worldSize = ends.firstEntry().getValue().worldSize();
    TreeSet<Integer> missing = new TreeSet<>();
    for (int rank = 0; rank < worldSize && missing.size() <= MOST_RANKS_NAMED; rank++) {
      if (!ends.containsKey(rank)) {
        missing.add(rank);
      }
    }
    if (!missing.isEmpty()) {
      verdicts.add(
          name
              + ": no recording of "
              + ranks(missing)
              + ": it ended before it could write one, or its file is not here");
    }
    boolean differs = mismatch(name, ends);
    if (!differs) {
      late(name, ends);
    }
    Messages.compare(name, ends, verdicts);
    inside(name, ends);
    // What the recordings themselves say, the simulator would only repeat.
    String again = verdicts.size() > before ? "" : Rerun.verdict(ends);
    if (!again.isEmpty()) {
      (again.startsWith("not ") ? notes : verdicts).add(name + ": " + again);
    }
  }

  /** The first collective that the ranks made differently; whether there is one. */
  private boolean mismatch(String name, TreeMap<Integer, Flight.End> ends) {
    long first = Long.MAX_VALUE;
    long last = -1;
    for (Flight.End end : ends.values()) {
      for (Flight.Entry call : end.calls()) {
        if (!call.isMessage()) {
          first = Math.min(first, call.number());
          last = Math.max(last, call.number());
        }
      }
    }
    String told = "";
    long more = 0;
    for (long number = first; number <= last; number++) {
      Map<String, List<Integer>> votes = votes(ends, number);
      if (votes.size() > 1) {
        if (told.isEmpty()) {
          told = difference(name, ends, number, votes);
        } else {
          more++;
        }
      }
    }
    if (!told.isEmpty()) {
      verdicts.add(
          more == 0
              ? told
              : told + "%n  so %s %,d later".formatted(more == 1 ? "is" : "are", more));
    }
    return !told.isEmpty();
  }

  private static Map<String, List<Integer>> votes(TreeMap<Integer, Flight.End> ends, long number) {
    Map<String, List<Integer>> votes = new LinkedHashMap<>();
    ends.forEach(
        (rank, end) -> {
          Flight.Entry call = end.collective(number);
          if (call != null) {
            votes.computeIfAbsent(call.agreeing(), unknown -> new ArrayList<>()).add(rank);
          }
        });
    return votes;
  }

  private static String difference(
      String name,
      TreeMap<Integer, Flight.End> ends,
      long number,
      Map<String, List<Integer>> votes) {
    List<Map.Entry<String, List<Integer>>> sides = new ArrayList<>(votes.entrySet());
    sides.sort((a, b) -> b.getValue().size() - a.getValue().size());
    boolean isDecided = sides.get(0).getValue().size() > sides.get(1).getValue().size();
    StringBuilder text = new StringBuilder(name);
    text.append(": collective #").append(number).append(" is not the same on all ranks");
    if (isDecided) {
      TreeSet<Integer> guilty = new TreeSet<>();
      sides.stream().skip(1).forEach(side -> guilty.addAll(side.getValue()));
      text.append("; against the others: ").append(ranks(guilty));
    } else {
      text.append("; the ranks are divided evenly");
    }
    for (Map.Entry<String, List<Integer>> side : sides) {
      Flight.Entry call = Messages.end(ends, side.getValue().getFirst()).collective(number);
      text.append("%n  %s: %s".formatted(ranks(side.getValue()), side.getKey()));
      text.append(call == null ? "" : call.place());
    }
    return text.toString();
  }

  /** The ranks have made the same collectives, but not equally many. */
  private void late(String name, TreeMap<Integer, Flight.End> ends) {
    TreeMap<Long, List<Integer>> begun = new TreeMap<>();
    ends.forEach(
        (rank, end) -> begun.computeIfAbsent(begun(end), unknown -> new ArrayList<>()).add(rank));
    if (begun.size() < 2) {
      return;
    }
    int ahead = begun.lastEntry().getValue().getFirst();
    Flight.Entry awaited = Messages.end(ends, ahead).collective(begun.firstKey());
    StringBuilder text = new StringBuilder(name).append(": ");
    text.append(
        begun.entrySet().stream()
            .map(each -> ranks(each.getValue()) + " called " + collectives(each.getKey()))
            .collect(Collectors.joining(", ")));
    if (awaited != null) {
      text.append(
          "%n  %s did not call #%d: %s%s"
              .formatted(
                  ranks(begun.firstEntry().getValue()),
                  begun.firstKey(),
                  awaited.agreeing(),
                  awaited.place()));
    }
    for (int rank : begun.firstEntry().getValue()) {
      Flight.Entry last = Messages.end(ends, rank).last();
      text.append(
          last == null
              ? "%n  rank %d called nothing".formatted(rank)
              : "%n  the last call of rank %d: #%d %s%s"
                  .formatted(rank, last.number(), last.agreeing(), last.place()));
    }
    verdicts.add(text.toString());
  }

  private static String collectives(long n) {
    return n == 1 ? "1 collective" : n + " collectives";
  }

  /** A call that is begun counts: its peers wait for others. */
  private static long begun(Flight.End end) {
    Flight.Entry last = end.last();
    return last != null && last.isInside() && !last.isMessage()
        ? last.number() + 1
        : end.collectives();
  }

  /** Calls from which the library has not come back. */
  private void inside(String name, TreeMap<Integer, Flight.End> ends) {
    Map<String, List<Integer>> stuck = new LinkedHashMap<>();
    for (Flight.End end : ends.values()) {
      Flight.Entry last = end.last();
      if (last != null && last.isInside()) {
        String call = "#" + last.number() + " " + last.agreeing() + last.place();
        stuck.computeIfAbsent(call, unknown -> new ArrayList<>()).add(end.rank());
      }
    }
    stuck.forEach(
        (call, who) ->
            notes.add(name + ": the library has not come back to " + ranks(who) + " from " + call));
  }

  /** {@code rank 1}, {@code ranks 0, 2, 3}. */
  static String ranks(Iterable<Integer> ranks) {
    List<Integer> all = new ArrayList<>();
    ranks.forEach(all::add);
    String named =
        all.stream().limit(MOST_RANKS_NAMED).map(String::valueOf).collect(Collectors.joining(", "));
    String more = all.size() > MOST_RANKS_NAMED ? ", …" : "";
    return (all.size() == 1 ? "rank " : "ranks ") + named + more;
  }
}
