package org.jccl.benchmarks.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Seeds as the command line names them: {@code A..B}, or one alone.
 *
 * @param first the first one
 * @param last the last one, not below the first
 */
record SeedRange(long first, long last) {
  /** The seeds that {@code text} names. */
  static SeedRange parse(CommandSpec command, String text) {
    int dots = text.indexOf("..");
    try {
      long first = Long.parseLong(dots < 0 ? text : text.substring(0, dots));
      long last = dots < 0 ? first : Long.parseLong(text.substring(dots + 2));
      if (first <= last) {
        return new SeedRange(first, last);
      }
    } catch (NumberFormatException noNumbers) {
      // answered below
    }
    throw new ParameterException(
        command.commandLine(),
        "--seeds: '" + text + "' names no seeds: write A..B, A not above B, as in 1..100");
  }
}
