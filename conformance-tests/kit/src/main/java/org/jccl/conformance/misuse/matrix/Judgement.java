package org.jccl.conformance.misuse.matrix;

import java.util.ArrayList;
import java.util.List;

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

  /** In which ways it falls short, a word each. */
  List<String> shortcomings(boolean wrong) {
    if (!wrong) {
      return isRight(false) ? List.of() : List.of("alarm");
    }
    if (!found) {
      return List.of("missed");
    }
    List<String> ways = new ArrayList<>();
    add(ways, kind, "kind");
    add(ways, ranks, "ranks");
    add(ways, sites, "sites");
    add(ways, quiet, "noise");
    return ways;
  }

  private static void add(List<String> ways, boolean right, String word) {
    if (!right) {
      ways.add(word);
    }
  }
}
