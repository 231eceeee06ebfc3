package org.jccl;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Text from outside, made fit to be shown: messages of exceptions, names that programs give, words
 * of peers, environment variables. What a terminal or an editor would obey instead of showing
 * (control characters, marks that turn the direction of writing) is written as {@code \u001B}, and
 * what is too long is cut.
 *
 * <p>Every report, every line on standard error and every page of jccl goes through here.
 */
public final class CleanText {
  /** Most characters of one text. */
  private static final int MOST = 4_000;

  /** Most characters of a report, which holds many texts. */
  private static final int MOST_OF_REPORT = 100_000;

  private static final int MOST_LINES = 200;

  private CleanText() {}

  /**
   * {@return {@code text} on one line}
   *
   * @param text a text from outside; null is written as that word
   */
  public static String line(@Nullable String text) {
    return clean(String.valueOf(text), MOST, false);
  }

  /**
   * {@return {@code text} with its line breaks and tabulators}
   *
   * @param text a text from outside; null is written as that word
   */
  public static String lines(@Nullable String text) {
    return clean(String.valueOf(text), MOST, true);
  }

  /**
   * {@return a report of jccl with its line breaks, which may be longer than other texts}
   *
   * @param text a report in which texts from outside may stand
   */
  public static String report(String text) {
    return clean(text, MOST_OF_REPORT, true);
  }

  /**
   * {@return a number of things, as in {@code 1 rank} and {@code 2 ranks}}
   *
   * @param number how many
   * @param thing what one of them is called; with an s behind it more are
   */
  public static String count(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
  }

  /**
   * {@return the class and the message of a failure, whatever its methods do}
   *
   * @param failure what was thrown
   */
  public static String of(Throwable failure) {
    String name = line(failure.getClass().getName());
    String words;
    try {
      words = failure.toString();
    } catch (Throwable broken) {
      return name + " (it cannot say why: " + line(broken.getClass().getName()) + ")";
    }
    if (words == null) {
      return name;
    }
    return failure instanceof CollectiveException ? report(words) : lines(words);
  }

  /**
   * {@return the message of a failure on one line, or its class if it has none}
   *
   * @param failure what was thrown
   */
  public static String messageOf(Throwable failure) {
    String words;
    try {
      words = failure.getMessage();
    } catch (Throwable broken) {
      words = null;
    }
    return words == null || words.isBlank() ? firstLine(of(failure)) : firstLine(lines(words));
  }

  /** The first line that is not empty, with a mark if more follow. */
  static String firstLine(String words) {
    String whole = words.strip();
    String first = whole.lines().findFirst().orElse("");
    return first.length() < whole.length() ? first + " …" : first;
  }

  private static String clean(String text, int most, boolean severalLines) {
    int length = Math.min(text.length(), most);
    int end =
        length == text.length() || !Character.isHighSurrogate(text.charAt(length - 1))
            ? length
            : length - 1;
    int dirty = firstDirty(text, end, severalLines);
    if (dirty == end && end == text.length()) {
      return text;
    }
    StringBuilder clean = new StringBuilder(end + 32).append(text, 0, dirty);
    int lines = 0;
    int at = dirty;
    while (at < end && lines < MOST_LINES) {
      int point = text.codePointAt(at);
      int next = at + Character.charCount(point);
      boolean windows = point == '\r' && next < end && text.charAt(next) == '\n';
      if (point == '\n') {
        lines++;
      }
      if (!(windows && severalLines)) {
        append(clean, point, severalLines);
      }
      at = next;
    }
    if (at < text.length()) {
      clean.append(" … (").append(text.length()).append(" characters in all)");
    }
    return clean.toString();
  }

  private static int firstDirty(String text, int end, boolean severalLines) {
    for (int at = 0; at < end; at++) {
      char c = text.charAt(at);
      if (c >= ' ' && c <= '~') {
        continue; // the most of every text
      }
      if ((c == '\n' && severalLines) || Character.isSurrogate(c) || !isFit(c, severalLines)) {
        return at;
      }
    }
    return end;
  }

  private static void append(StringBuilder clean, int point, boolean severalLines) {
    if (isFit(point, severalLines)) {
      clean.appendCodePoint(point);
      return;
    }
    switch (point) {
      case '\n' -> clean.append("\\n");
      case '\r' -> clean.append("\\r");
      case '\t' -> clean.append("\\t");
      default -> {
        for (char unit : Character.toChars(point)) {
          clean.append("\\u").append(hex(unit));
        }
      }
    }
  }

  private static String hex(char unit) {
    String digits = Integer.toHexString(unit).toUpperCase(Locale.ROOT);
    return "0".repeat(4 - digits.length()) + digits;
  }

  private static boolean isFit(int point, boolean severalLines) {
    if (point == '\n' || point == '\t') {
      return severalLines;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL, // C0, C1, DEL
          Character.FORMAT, // directions, joiners, tags, the byte order mark
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
