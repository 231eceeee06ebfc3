package org.jccl.benchmarks.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sends and receives of the recordings, pair by pair. */
final class Messages {
  private Messages() {}

  /**
   * Adds what does not fit: messages without a partner, and those of different lengths. A pair is
   * looked at only if both recordings hold all messages since the beginning.
   */
  static void compare(String name, TreeMap<Integer, Flight.End> ends, List<String> verdicts) {
    TreeSet<Integer> whole = new TreeSet<>();
    ends.forEach(
        (rank, end) -> {
          if (end.calls().stream().filter(Flight.Entry::isMessage).count() >= end.messages()) {
            whole.add(rank);
          }
        });
    for (int from : whole) {
      Map<Integer, List<Flight.Entry>> sent = byPeer(end(ends, from), "send");
      for (int to : whole) {
        compare(
            name,
            from,
            to,
            sent.getOrDefault(to, List.of()),
            byPeer(end(ends, to), "recv").getOrDefault(from, List.of()),
            verdicts);
      }
    }
  }

  /** The end of a rank that is there. */
  static Flight.End end(TreeMap<Integer, Flight.End> ends, int rank) {
    return Objects.requireNonNull(ends.get(rank));
  }

  private static Map<Integer, List<Flight.Entry>> byPeer(Flight.End end, String operation) {
    Map<Integer, List<Flight.Entry>> found = new TreeMap<>();
    for (Flight.Entry call : end.calls()) {
      if (call.isMessage() && call.operation().equals(operation)) {
        found.computeIfAbsent(call.rootOrPeer(), unknown -> new ArrayList<>()).add(call);
      }
    }
    return found;
  }

  private static void compare(
      String name,
      int from,
      int to,
      List<Flight.Entry> sent,
      List<Flight.Entry> received,
      List<String> verdicts) {
    int both = Math.min(sent.size(), received.size());
    for (int i = 0; i < both; i++) {
      Flight.Entry send = sent.get(i);
      Flight.Entry recv = received.get(i);
      if (send.bytes() != recv.bytes()) {
        verdicts.add(
            "%s: message %d from rank %d to rank %d has %,d bytes%s, its receive %,d%s"
                .formatted(
                    name, i, from, to, send.bytes(), send.place(), recv.bytes(), recv.place()));
        return;
      }
    }
    if (sent.size() != received.size()) {
      boolean isSend = sent.size() > received.size();
      Flight.Entry first = (isSend ? sent : received).get(both);
      verdicts.add(
          "%s: %s from rank %d to rank %d, %s; the first without a partner: %s%s"
              .formatted(
                  name,
                  counted(sent.size(), "send"),
                  from,
                  to,
                  counted(received.size(), "receive"),
                  (isSend ? "rank " + from + ", " : "rank " + to + ", ") + first.agreeing(),
                  first.place()));
    }
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
