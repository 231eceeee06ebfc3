package org.jccl.conformance.misuse.matrix;

/**
 * What is right and wrong about what was said of one program.
 *
 * @param found something was said
 * @param kind it was the right kind
 * @param ranks it named the guilty and nobody else
 * @param sites it showed the lines of both sides
 * @param quiet nothing else was said
 * @param got what was said, for people
 */
record Judgement(
    boolean found, boolean kind, boolean ranks, boolean sites, boolean quiet, String got) {
  /** Nothing was said. */
  static final Judgement SILENT = missed("nothing");

  static Judgement missed(String got) {
    return new Judgement(false, false, false, false, false, got);
  }

  /** Whether that is what such a program should get. */
  boolean isRight(boolean wrong) {
    return wrong ? found && kind && ranks && sites && quiet : !found && got.equals(SILENT.got);
  }

  /** What falls short, in a few words. */
  String shortcomings() {
    if (!found) {
      return "missed";
    }
    StringBuilder text = new StringBuilder();
    add(text, kind, "kind");
    add(text, ranks, "ranks");
    add(text, sites, "sites");
    add(text, quiet, "noise");
    return text.toString();
  }

  private static void add(StringBuilder text, boolean right, String word) {
    if (!right) {
      text.append(text.isEmpty() ? "" : ", ").append(word);
    }
  }
}
