package org.jccl.benchmarks.report;

import org.jccl.CleanText;

/** Text made safe for HTML and SVG. */
public final class Markup {
  private Markup() {}

  /** {@code text} as content or as a double-quoted attribute. */
  public static String escape(Object text) {
    return CleanText.lines(text.toString())
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /**
   * JSON as content of a script element. There {@code </script} ends the element, and {@code
   * <!--<script} hides its end: no {@code <} stands in it. Marks that change what an editor shows
   * are written as JSON's escapes.
   */
  static String script(String json) {
    StringBuilder safe = new StringBuilder(json.length() + 64);
    json.codePoints()
        .forEach(
            point -> {
              if (point == '<' || isInvisible(point)) {
                for (char unit : Character.toChars(point)) {
                  safe.append("\\u%04x".formatted((int) unit));
                }
              } else {
                safe.appendCodePoint(point);
              }
            });
    return safe.toString();
  }

  private static boolean isInvisible(int point) {
    return switch (Character.getType(point)) {
      case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      case Character.CONTROL -> point != '\n' && point != '\r' && point != '\t';
      default -> false;
    };
  }
}
