package org.jccl.benchmarks.flight;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a rank goes on beside the others after the first difference: it has left out calls that
 * they made, or made calls that they did not. Told only where its calls fit again from there on.
 */
final class Alignment {
  private static final int MOST_APART = 16;
  private static final int COMPARED = 64;
  private static final int ENOUGH = 2;

  private final Meeting meeting;
  private final long from;
  private final int right;
  private final int guilty;

  private Alignment(Meeting meeting, long from, int right, int guilty) {
    this.meeting = meeting;
    this.from = from;
    this.right = right;
    this.guilty = guilty;
  }

  /** What has happened at collective {@code from} of {@code guilty}, in words; or empty. */
  static String words(Meeting meeting, long from, int right, int guilty) {
    Alignment each = new Alignment(meeting, from, right, guilty);
    for (int apart = 1; apart <= MOST_APART; apart++) {
      if (each.fit(apart, 0)) {
        return each.told("left out", right, apart, "its own next calls are theirs from there on");
      }
      if (each.fit(0, apart)) {
        return each.told("made in addition", guilty, apart, "its later calls are theirs again");
      }
    }
    return "";
  }

  private String told(String what, int whose, int apart, String then) {
    Flight.Entry first = meeting.collective(whose, from);
    if (first == null) {
      return "";
    }
    String calls = apart == 1 ? "#" + from : "#" + from + " to #" + (from + apart - 1);
    return "%n  rank %d seems to have %s %s (%s%s): %s"
        .formatted(guilty, what, calls, first.agreeing(), first.place(), then);
  }

  /** Whether the calls behind so many of each fit, as far as both are kept. */
  private boolean fit(int skippedOfRight, int skippedOfGuilty) {
    int compared = 0;
    for (int i = 0; i < COMPARED; i++) {
      Flight.Entry one = meeting.collective(right, from + skippedOfRight + i);
      Flight.Entry other = meeting.collective(guilty, from + skippedOfGuilty + i);
      if (one == null || other == null) {
        break;
      }
      if (!same(one, other)) {
        return false;
      }
      compared++;
    }
    return compared >= ENOUGH;
  }

  private boolean same(Flight.Entry one, Flight.@Nullable Entry other) {
    boolean isWhole = meeting.isWhole();
    return other != null && one.agreeing(isWhole).equals(other.agreeing(isWhole));
  }

  /** The ranks of the sides, one a side. */
  static String wordsOfAll(Meeting meeting, long from, List<List<Integer>> sides) {
    StringBuilder all = new StringBuilder();
    int right = sides.getFirst().getFirst();
    for (List<Integer> side : sides.subList(1, sides.size())) {
      for (int rank : side.subList(0, Math.min(2, side.size()))) {
        all.append(words(meeting, from, right, rank));
      }
    }
    return all.toString();
  }
}
