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
}
