package org.jccl.benchmarks.flight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One communicator, or a process group of torch: the ends that its ranks have recorded. */
final class Meeting {
  private static final int MOST_RANKS_NAMED = 8;

  private String name;
  private final int worldSize;
  private final TreeMap<Integer, Flight.End> ends = new TreeMap<>();
  private final Map<Integer, String> files = new HashMap<>();
  private final Map<Integer, String> written = new HashMap<>();
  private final Map<Integer, Map<Long, Flight.Entry>> collectives = new HashMap<>();

  private Meeting(String name, int worldSize) {
    this.name = name;
    this.worldSize = worldSize;
  }

  /**
   * The ends that belong together: same name and size, and the same turn where a process opened
   * several of them. Where two processes have recorded one rank, the later recording counts: the
   * other one is of a run before.
   *
   * @param notes where it goes what was left out or put together
   */
  static List<Meeting> of(List<Flight> flights, List<String> notes) {
    Map<String, Meeting> found = new LinkedHashMap<>();
    for (Flight flight : flights) {
      Map<String, Integer> turns = new HashMap<>();
      for (Flight.End end : flight.ends()) {
        String name = end.communicator() + ", " + ranksInWords(end.worldSize());
        int turn = turns.merge(name + "/" + end.rank(), 1, Integer::sum);
        String key = turn == 1 ? name : name + ", opened as number " + turn;
        found
            .computeIfAbsent(key, unknown -> new Meeting(key, end.worldSize()))
            .add(end, flight, notes);
      }
    }
    List<Meeting> all = new ArrayList<>(found.values());
    joinLanguages(all, notes);
    return all;
  }

  private static String ranksInWords(int worldSize) {
    return worldSize == 1 ? "1 rank" : worldSize + " ranks";
  }

  private void add(Flight.End end, Flight flight, List<String> notes) {
    int rank = end.rank();
    String before = files.get(rank);
    String file = flight.file();
    if (before != null) {
      boolean isLater = flight.written().compareTo(String.valueOf(written.get(rank))) > 0;
      notes.add(
          "%s: rank %d is in %s and in %s; the later one counts, %s: is the other of a run before?"
              .formatted(name, rank, before, file, isLater ? file : before));
      if (!isLater) {
        return;
      }
    }
    files.put(rank, file);
    written.put(rank, flight.written());
    ends.put(rank, end);
    Map<Long, Flight.Entry> byNumber = new HashMap<>();
    for (Flight.Entry call : end.calls()) {
      if (!call.isMessage()) {
        byNumber.put(call.number(), call);
      }
    }
    collectives.put(rank, byNumber);
  }

  /**
   * Ranks in Java and in Python have one communicator under different names: those of torch that
   * lack the very ranks which others of jccl have.
   */
  private static void joinLanguages(List<Meeting> all, List<String> notes) {
    for (Meeting torch : List.copyOf(all)) {
      if (torch.isWhole() || torch.missing().isEmpty()) {
        continue;
      }
      List<Meeting> fitting =
          all.stream()
              .filter(each -> each.isWhole() && each.worldSize == torch.worldSize)
              .filter(each -> each.ends.keySet().equals(torch.missing()))
              .toList();
      if (fitting.size() == 1) {
        Meeting java = fitting.getFirst();
        notes.add(
            "%s and %s are taken for one: each has the ranks that the other lacks; reductions and"
                    .formatted(java.name, torch.name)
                + " roots are not compared, torch does not record them");
        java.ends.putAll(torch.ends);
        java.files.putAll(torch.files);
        java.collectives.putAll(torch.collectives);
        java.name = java.name + " with " + torch.name;
        all.remove(torch);
      }
    }
  }

  String name() {
    return name;
  }

  int worldSize() {
    return worldSize;
  }

  TreeMap<Integer, Flight.End> ends() {
    return ends;
  }

  /** Whether reductions and roots are known of all ranks. */
  boolean isWhole() {
    return ends.values().stream().allMatch(Flight.End::isWhole);
  }

  /** The ranks without a recording; of very many, the first ones. */
  TreeSet<Integer> missing() {
    TreeSet<Integer> found = new TreeSet<>();
    for (int rank = 0; rank < worldSize && found.size() <= 2 * MOST_RANKS_NAMED; rank++) {
      if (!ends.containsKey(rank)) {
        found.add(rank);
      }
    }
    return found;
  }

  /** The collective of that number as a rank made it, if it is kept. */
  Flight.@Nullable Entry collective(int rank, long number) {
    Map<Long, Flight.Entry> calls = collectives.get(rank);
    return calls == null ? null : calls.get(number);
  }

  /** The numbers of all collectives that any rank has kept, ascending. */
  TreeSet<Long> numbers() {
    TreeSet<Long> all = new TreeSet<>();
    collectives.values().forEach(each -> all.addAll(each.keySet()));
    return all;
  }
}
