package org.jccl.conformance.misuse;

import java.util.List;
import java.util.Locale;

/**
 * What became of one program.
 *
 * @param id of the row
 * @param part which of its programs
 * @param outcome in a few words: {@code code 4}, {@code hang}, {@code crash}, {@code wrong data},
 *     {@code right data}, {@code report KIND}
 * @param detail in more words
 * @param millis how long it took
 * @param cameBack whether all its threads ended
 */
public record MisuseVerdict(
    String id, MisuseCase.Part part, String outcome, String detail, long millis, boolean cameBack) {
  /** First line of a table of verdicts. */
  static final String HEADER = "id\tprogram\toutcome\tdetail\tmillis";

  /** One line of a table. */
  String toLine() {
    return String.join("\t", id, part.label(), plain(outcome), plain(detail), "" + millis);
  }

  private static String plain(String text) {
    return text.replaceAll("\\s+", " ");
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  static MisuseVerdict ofLine(String line) {
    List<String> cells = List.of(line.split("\t", -1));
    if (cells.size() != 5) {
      throw new IllegalArgumentException("no line of a table of misuses: '" + line + "'");
    }
    return new MisuseVerdict(
        cells.get(0),
        MisuseCase.Part.valueOf(cells.get(1).toUpperCase(Locale.ROOT)),
        cells.get(2),
        cells.get(3),
        Long.parseLong(cells.get(4)),
        !cells.get(2).contains("hang"));
  }

  /** Whether GPUs may have suffered. */
  boolean isViolent() {
    return outcome.contains("hang")
        || outcome.contains("crash")
        || outcome.contains("killed")
        || outcome.contains("error");
  }
}
