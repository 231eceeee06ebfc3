package org.jccl.conformance.book;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Reads the rules of one file of the book; says file and line of what is malformed. */
final class ChapterReader {
  private static final String SIMULATOR = "simulator";
  private static final String SIMULATOR_OF = "simulator of ";
  private static final String REASON = "*Untestable:*";

  private final String file;
  private final List<String> lines;
  private int at;

  ChapterReader(String file, List<String> lines) {
    this.file = file;
    this.lines = lines;
  }

  List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    String chapter = chapter();
    while (at < lines.size()) {
      if (line().startsWith("### ")) {
        rules.add(rule(chapter));
      } else {
        at++;
      }
    }
    return rules;
  }

  private String chapter() {
    String title = lines.isEmpty() ? "" : line();
    if (!title.matches("# \\d.*\\. .*")) {
      throw malformed("'# N. Title'");
    }
    at++;
    return title.substring(2);
  }

  private Rule rule(String chapter) {
    String[] heading = line().substring(4).split(" ", 2);
    if (heading.length < 2 || !isId(heading[0])) {
      throw malformed("'### XYZ-01 Title'");
    }
    at++;
    skipBlank();
    Deque<String> fields = fields();
    Rule.Verdict verdict = word(Rule.Verdict.class, fields);
    Rule.Surface surface = word(Rule.Surface.class, fields);
    int since = version("since ", fields);
    boolean simulatorOnly = String.valueOf(fields.peek()).startsWith(SIMULATOR);
    int gpus = gpus(fields);
    Rule.Safety safety = word(Rule.Safety.class, fields);
    boolean process = "process".equals(fields.peek());
    if (process) {
      fields.remove();
    }
    int until = fields.isEmpty() ? Integer.MAX_VALUE : version("until ", fields);
    if (!fields.isEmpty()) {
      throw malformed("no field after " + (until == Integer.MAX_VALUE ? "these" : "'until'"));
    }
    at++;
    List<String> paragraphs = paragraphs();
    List<String> reasons = paragraphs.stream().filter(p -> p.startsWith(REASON)).toList();
    if (reasons.size() != (verdict == Rule.Verdict.UNTESTABLE ? 1 : 0)) {
      throw malformed("a reason " + REASON + " before this line if, and only if, untestable");
    }
    paragraphs.removeAll(reasons);
    if (paragraphs.isEmpty()) {
      throw malformed("the text of " + heading[0] + " before this line");
    }
    return new Rule(
        heading[0],
        chapter,
        heading[1],
        verdict,
        surface,
        since,
        until,
        simulatorOnly,
        gpus,
        safety,
        process,
        String.join("\n\n", paragraphs),
        reasons.isEmpty() ? "" : reasons.getFirst().substring(REASON.length()).strip());
  }

  private static boolean isId(String word) {
    String[] halves = word.split("-", -1);
    return halves.length == 2
        && !halves[0].isEmpty()
        && halves[1].length() == 2
        && halves[1].chars().allMatch(Character::isDigit)
        && halves[0].chars().allMatch(c -> Character.isUpperCase(c) || Character.isDigit(c));
  }

  /** The backticked words of this line: every second piece between backticks. */
  private Deque<String> fields() {
    String[] pieces = at < lines.size() ? line().split("`", -1) : new String[0];
    Deque<String> fields = new ArrayDeque<>();
    for (int i = 0; i < pieces.length; i++) {
      if (i % 2 == 1) {
        fields.add(pieces[i]);
      } else if (!pieces[i].isBlank()) {
        throw malformed("fields in backticks and nothing else");
      }
    }
    return fields;
  }

  private <E extends Enum<E>> E word(Class<E> type, Deque<String> fields) {
    String field = String.valueOf(fields.poll());
    for (E value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(field)) {
        return value;
      }
    }
    throw malformed(
        type.getSimpleName().toLowerCase(Locale.ROOT)
            + ", one of "
            + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
            + ", where '"
            + field
            + "' stands");
  }

  private int version(String word, Deque<String> fields) {
    String field = String.valueOf(fields.poll());
    OptionalInt code =
        field.startsWith(word) ? Rule.version(field.substring(word.length())) : OptionalInt.empty();
    return code.orElseThrow(() -> malformed("'" + word + "X.Y.Z' where '" + field + "' stands"));
  }

  /** {@code 2 GPUs}, {@code simulator} or {@code simulator of 2 GPUs}. */
  private int gpus(Deque<String> fields) {
    String field = String.valueOf(fields.poll());
    if (field.equals(SIMULATOR)) {
      return 0;
    }
    String number = field.startsWith(SIMULATOR_OF) ? field.substring(SIMULATOR_OF.length()) : field;
    int count = number.isEmpty() ? -1 : Character.digit(number.charAt(0), 10);
    if (count < 0 || !number.equals(count == 1 ? "1 GPU" : count + " GPUs")) {
      throw malformed(
          "'simulator', 'simulator of N GPUs', '1 GPU' or 'N GPUs' where '" + field + "' stands");
    }
    return count;
  }

  /** All up to the next heading. */
  private List<String> paragraphs() {
    List<String> paragraphs = new ArrayList<>();
    skipBlank();
    while (at < lines.size() && !line().startsWith("#")) {
      int from = at;
      while (at < lines.size() && !line().isBlank()) {
        at++;
      }
      paragraphs.add(String.join("\n", lines.subList(from, at)));
      skipBlank();
    }
    return paragraphs;
  }

  private void skipBlank() {
    while (at < lines.size() && line().isBlank()) {
      at++;
    }
  }

  private String line() {
    return lines.get(at);
  }

  private IllegalStateException malformed(String expected) {
    String found = at < lines.size() ? line() : "the end of the file";
    return new IllegalStateException(
        file + ":" + (at + 1) + ": expected " + expected + ", found: " + found);
  }
}
