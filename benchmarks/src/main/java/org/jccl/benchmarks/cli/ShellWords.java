package org.jccl.benchmarks.cli;

import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Words as a shell takes them: what a command prints to be pasted. */
final class ShellWords {
  private static final Pattern PLAIN = Pattern.compile("[\\w./:=,+@%-]+");

  private ShellWords() {}

  /** One word, in quotes if the shell would make something else of it. */
  static String of(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Some, with spaces between them. */
  static String of(Collection<String> words) {
    return words.stream().map(ShellWords::of).collect(Collectors.joining(" "));
  }
}
