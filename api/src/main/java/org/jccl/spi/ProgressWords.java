package org.jccl.spi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jccl.MemberAnswer;
import org.jccl.spi.RankProgress.Stage;

/**
 * Says which ranks of a communicator are behind the others, or do not answer: what a rank that has
 * waited for too long has heard of all.
 */
final class ProgressWords {
  /** Most groups of ranks that are told one by one; a report is for people. */
  private static final int MOST_PARTS = 5;

  private static final int MOST_RANGES = 16;

  private final int worldSize;
  private final String known;
  private final ProgressBoard.Answers answers;
  private final SortedMap<Integer, RankProgress> ranks = new TreeMap<>();
  private final List<String> parts = new ArrayList<>();

  private ProgressWords(int worldSize, String known, ProgressBoard.Answers answers) {
    this.worldSize = worldSize;
    this.known = known;
    this.answers = answers;
    for (RankProgress each : answers.known()) {
      if (each.rank() >= 0 && each.rank() < worldSize) {
        ranks.merge(each.rank(), each, (first, second) -> later(first, second));
      }
    }
  }

  /** Of two of one rank: one that was closed may have had the subject before. */
  private static RankProgress later(RankProgress first, RankProgress second) {
    return first.isOver() ? second : first;
  }

  /**
   * The words, to follow a reason; empty if nothing is known of any other rank.
   *
   * @param reason what is told already: who is named there is not named again as gone
   */
  static String of(int worldSize, String reason, ProgressBoard.Answers answers) {
    ProgressWords words = new ProgressWords(worldSize, reason, answers);
    if (words.ranks.size() < 2 && words.answers.members().isEmpty()) {
      return "";
    }
    words.members();
    words.stages();
    words.counts();
    return String.join("; ", words.parts);
  }

  private void members() {
    List<Integer> silent = members(MemberAnswer.Kind.SILENT);
    if (!silent.isEmpty()) {
      parts.add(
          ranks(silent)
              + (silent.size() == 1
                  ? " does not answer: its process stands still, or cannot be reached"
                  : " do not answer: their processes stand still, or cannot be reached"));
    }
    List<Integer> gone =
        members(MemberAnswer.Kind.GONE).stream()
            .filter(rank -> !known.matches("(?s).*\\brank " + rank + "\\b.*"))
            .toList();
    if (!gone.isEmpty()) {
      parts.add(ranks(gone) + verb(gone, " has", " have") + " left the process group");
    }
    List<Integer> strangers = members(MemberAnswer.Kind.ANSWERED);
    if (!strangers.isEmpty()) {
      parts.add(
          ranks(strangers)
              + verb(strangers, " lives, but has", " live, but have")
              + " not come to this communicator");
    }
    List<Integer> unasked = members(MemberAnswer.Kind.NOT_ASKED);
    if (!unasked.isEmpty()) {
      boolean isCutOff = ranks.size() + silent.size() + gone.size() + unasked.size() == worldSize;
      parts.add(
          ranks(unasked)
              + " could not be asked"
              + (isCutOff && ranks.size() < 2
                  ? ": all questions go by way of rank 0 of the process group, which has left it or"
                      + " does not answer"
                  : ""));
    }
  }

  /** The ranks of which that is so, and of which nothing else is known. */
  private List<Integer> members(MemberAnswer.Kind kind) {
    return answers.members().size() != worldSize
        ? List.of()
        : IntStream.range(0, worldSize)
            .filter(rank -> answers.members().get(rank) == kind)
            .filter(rank -> !ranks.containsKey(rank))
            .boxed()
            .toList();
  }

  private void stages() {
    over(Stage.CLOSED, " closed it after ");
    over(Stage.GONE, " ended after ");
    List<Integer> opening = new ArrayList<>();
    for (RankProgress each : ranks.values()) {
      if (each.stage() == Stage.OPENING) {
        opening.add(each.rank());
      }
    }
    if (!opening.isEmpty()) {
      RankProgress one = ranks.get(opening.getFirst());
      parts.add(
          ranks(opening)
              + verb(opening, " is", " are")
              + " creating it"
              + (one == null || one.inside().isEmpty() ? "" : ", in " + one.inside()));
    }
  }

  private void over(Stage stage, String how) {
    SortedMap<Long, List<Integer>> over = new TreeMap<>();
    for (RankProgress each : ranks.values()) {
      if (each.stage() == stage) {
        over.computeIfAbsent(each.calls(), none -> new ArrayList<>()).add(each.rank());
      }
    }
    over.entrySet().stream()
        .limit(MOST_PARTS)
        .forEach(
            each ->
                parts.add(
                    ranks(each.getValue())
                        + verb(each.getValue(), " has", " have")
                        + how
                        + calls(each.getKey())));
  }

  private void counts() {
    SortedMap<Long, List<RankProgress>> counts = new TreeMap<>();
    for (RankProgress each : ranks.values()) {
      if (each.stage() == Stage.OPEN || each.stage() == Stage.ENDED) {
        counts.computeIfAbsent(each.calls(), none -> new ArrayList<>()).add(each);
      }
    }
    int told = 0;
    for (Map.Entry<Long, List<RankProgress>> each : counts.entrySet()) {
      told++;
      boolean isLast = told == counts.size();
      if (told < MOST_PARTS || isLast) {
        parts.add(count(each.getKey(), each.getValue(), told == 1, isLast));
      } else if (told == MOST_PARTS) {
        parts.add("others lie between");
      }
    }
  }

  private String count(long calls, List<RankProgress> those, boolean isFirst, boolean isLast) {
    List<Integer> who = those.stream().map(RankProgress::rank).toList();
    boolean areAll = isFirst && isLast;
    String head =
        areAll
            ? who.size() == worldSize ? "all ranks have" : ranks(who) + verb(who, " has", " have")
            : ranks(who) + verb(who, " has", " have");
    StringBuilder text = new StringBuilder(head).append(" issued ").append(calls(calls));
    if (calls > 0) {
      text.append(lasts(calls, those, isLast ? " is " : " was "));
    }
    if (isFirst) {
      text.append(whereabouts(those, isLast));
    }
    return text.toString();
  }

  /** What the last call of those ranks is; it should be the same on all of them. */
  private static String lasts(long calls, List<RankProgress> those, String verb) {
    Map<String, List<Integer>> byWords = new LinkedHashMap<>();
    for (RankProgress each : those) {
      if (!each.last().isEmpty()) {
        byWords.computeIfAbsent(each.last(), none -> new ArrayList<>()).add(each.rank());
      }
    }
    if (byWords.isEmpty()) {
      return "";
    }
    List<String> said = new ArrayList<>();
    for (Map.Entry<String, List<Integer>> each : byWords.entrySet()) {
      String where = byWords.size() == 1 ? "" : " on " + ranks(each.getValue());
      said.add(each.getKey() + where);
      if (said.size() == MOST_PARTS) {
        said.add("…");
        break;
      }
    }
    return ": #" + calls + verb + String.join(", ", said);
  }

  /** Whether who is behind is in the library, or has not called it. */
  private static String whereabouts(List<RankProgress> those, boolean areAll) {
    Map<String, List<Integer>> byPlace = new LinkedHashMap<>();
    for (RankProgress each : those) {
      byPlace.computeIfAbsent(each.inside(), none -> new ArrayList<>()).add(each.rank());
    }
    if (byPlace.size() == 1) {
      String inside = those.getFirst().inside();
      return areAll && inside.isEmpty()
          ? ""
          : ", and" + (those.size() == 1 ? " is" : " are") + place(inside);
    }
    List<String> said = new ArrayList<>();
    for (Map.Entry<String, List<Integer>> each : byPlace.entrySet()) {
      said.add(
          ranks(each.getValue()) + verb(each.getValue(), " is", " are") + place(each.getKey()));
      if (said.size() == MOST_PARTS) {
        said.add("…");
        break;
      }
    }
    return "; of them " + String.join(", ", said);
  }

  private static String place(String inside) {
    return inside.isEmpty() ? " in no call now" : " in " + inside;
  }

  private static String calls(long calls) {
    return calls + (calls == 1 ? " call" : " calls");
  }

  private static String verb(List<Integer> who, String one, String several) {
    return who.size() == 1 ? one : several;
  }

  /** {@code rank 5}, {@code ranks 0-4, 6}; the list is in order. */
  static String ranks(List<Integer> who) {
    if (who.size() == 1) {
      return "rank " + who.getFirst();
    }
    List<String> ranges = new ArrayList<>();
    for (int i = 0; i < who.size(); i++) {
      int first = i;
      while (i + 1 < who.size() && who.get(i + 1) == who.get(i) + 1) {
        i++;
      }
      if (ranges.size() == MOST_RANGES) {
        ranges.add("…");
        break;
      }
      String between = i - first == 1 ? ", " : "-";
      ranges.add(who.get(first) + (i == first ? "" : between + who.get(i)));
    }
    return "ranks " + String.join(", ", ranges);
  }
}
