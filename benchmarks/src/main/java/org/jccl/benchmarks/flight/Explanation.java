package org.jccl.benchmarks.flight;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jccl.benchmarks.json.BadFileException;
import org.jspecify.annotations.Nullable;

/**
 * What the flight recorders of several ranks say when they are set side by side. No rank is taken
 * for right: the ranks vote, and where they are divided evenly both sides are named.
 */
public final class Explanation {
  private static final int MOST_RANKS_NAMED = 8;

  private final List<String> verdicts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> replays = new ArrayList<>();
  private @Nullable Meeting toReplay;

  private Explanation() {}

  /**
   * Reads and compares all recordings of a directory.
   *
   * @param folder the directory
   * @throws BadFileException if a file cannot be read
   */
  public static Explanation of(Path folder) throws BadFileException {
    return of(List.of(folder));
  }

  /**
   * Reads and compares all recordings of several directories, as of one.
   *
   * @param folders the directories
   * @throws BadFileException if one has no recording, or a file cannot be read
   */
  public static Explanation of(List<Path> folders) throws BadFileException {
    List<String> notes = new ArrayList<>();
    return of(FlightFile.readAll(folders, notes), notes);
  }

  static Explanation of(List<Flight> flights, List<String> notes) {
    Explanation made = new Explanation();
    for (Flight flight : flights) {
      made.notes.add(
          "%s (%s): written because %s"
              .formatted(flight.file(), flight.process(), flight.reason()));
    }
    List<Meeting> meetings = Meeting.of(flights, notes);
    made.notes.addAll(notes);
    meetings.forEach(made::meeting);
    if (made.toReplay == null && !meetings.isEmpty()) {
      made.toReplay = meetings.getFirst();
    }
    return made;
  }

  /** What went wrong, most telling first; empty if the recordings agree. */
  public List<String> verdicts() {
    return verdicts;
  }

  /** What the simulator says to the calls of communicators of which there is a verdict already. */
  public List<String> replays() {
    return replays;
  }

  /** What was read. */
  public List<String> notes() {
    return notes;
  }

  /**
   * A program that makes the recorded calls again on the simulator: of the first communicator with
   * which something is wrong, else of the first one.
   *
   * @param className the name of its class
   */
  public String program(String className) {
    Meeting meeting = toReplay;
    return meeting == null ? ReplayProgram.empty(className) : ReplayProgram.of(className, meeting);
  }

  private void meeting(Meeting meeting) {
    int before = verdicts.size();
    TreeSet<Integer> missing = meeting.missing();
    if (!missing.isEmpty()) {
      verdicts.add(
          meeting.name()
              + ": no recording of "
              + ranks(missing)
              + ": it ended before it could write one, or its file is not here");
    }
    boolean differs = mismatch(meeting);
    if (!differs) {
      late(meeting);
    }
    Messages.compare(meeting.name(), meeting.ends(), verdicts);
    inside(meeting);
    boolean isFound = verdicts.size() > before;
    String again = Rerun.verdict(meeting);
    if (again.startsWith("not ")) {
      notes.add(meeting.name() + ": " + again);
    } else if (isFound) {
      String nothing = "made again on the simulator, nothing is reported";
      replays.add(meeting.name() + ": " + (again.isEmpty() ? nothing : again));
    } else if (!again.isEmpty()) {
      verdicts.add(meeting.name() + ": " + again);
    }
    if (toReplay == null && verdicts.size() > before) {
      toReplay = meeting;
    }
  }

  /** The first collective that the ranks made differently; whether there is one. */
  private boolean mismatch(Meeting meeting) {
    String told = "";
    long more = 0;
    for (long number : meeting.numbers()) {
      Map<String, List<Integer>> votes = votes(meeting, number);
      if (votes.size() > 1) {
        if (told.isEmpty()) {
          told = difference(meeting, number, votes);
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

  private static Map<String, List<Integer>> votes(Meeting meeting, long number) {
    Map<String, List<Integer>> votes = new LinkedHashMap<>();
    boolean isWhole = meeting.isWhole();
    for (int rank : meeting.ends().keySet()) {
      Flight.Entry call = meeting.collective(rank, number);
      if (call != null) {
        votes.computeIfAbsent(call.agreeing(isWhole), unknown -> new ArrayList<>()).add(rank);
      }
    }
    return votes;
  }

  private static String difference(Meeting meeting, long number, Map<String, List<Integer>> votes) {
    List<Map.Entry<String, List<Integer>>> sides = new ArrayList<>(votes.entrySet());
    sides.sort((a, b) -> b.getValue().size() - a.getValue().size());
    boolean isDecided = sides.get(0).getValue().size() > sides.get(1).getValue().size();
    StringBuilder text = new StringBuilder(meeting.name());
    text.append(": collective #").append(number).append(" is not the same on all ranks");
    if (isDecided) {
      TreeSet<Integer> guilty = new TreeSet<>();
      sides.stream().skip(1).forEach(side -> guilty.addAll(side.getValue()));
      text.append("; against the others: ").append(ranks(guilty));
    } else {
      text.append("; the ranks are divided evenly");
    }
    for (Map.Entry<String, List<Integer>> side : sides) {
      Flight.Entry call = meeting.collective(side.getValue().getFirst(), number);
      text.append("%n  %s: %s".formatted(ranks(side.getValue()), side.getKey()));
      text.append(call == null ? "" : call.place());
    }
    if (isDecided) {
      text.append(
          Alignment.wordsOfAll(meeting, number, sides.stream().map(Map.Entry::getValue).toList()));
    }
    return text.toString();
  }

  /** The ranks have made the same collectives, but not equally many. */
  private void late(Meeting meeting) {
    TreeMap<Integer, Flight.End> ends = meeting.ends();
    TreeMap<Long, List<Integer>> begun = new TreeMap<>();
    ends.forEach(
        (rank, end) -> begun.computeIfAbsent(begun(end), unknown -> new ArrayList<>()).add(rank));
    if (begun.size() < 2) {
      return;
    }
    int ahead = begun.lastEntry().getValue().getFirst();
    Flight.Entry awaited = meeting.collective(ahead, begun.firstKey());
    StringBuilder text = new StringBuilder(meeting.name()).append(": ");
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
  private void inside(Meeting meeting) {
    Map<String, List<Integer>> stuck = new LinkedHashMap<>();
    for (Flight.End end : meeting.ends().values()) {
      Flight.Entry last = end.last();
      if (last != null && last.isInside()) {
        String call = "#" + last.number() + " " + last.agreeing() + last.place();
        stuck.computeIfAbsent(call, unknown -> new ArrayList<>()).add(end.rank());
      }
    }
    stuck.forEach(
        (call, who) ->
            notes.add(
                meeting.name()
                    + ": the library has not come back to "
                    + ranks(who)
                    + " from "
                    + call));
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
