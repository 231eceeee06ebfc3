package org.jccl.benchmarks.cli.option;

/**
 * Seeds as the command line names them: {@code A..B}, or one alone.
 *
 * @param first the first one
 * @param last the last one, not below the first
 */
public record SeedRange(long first, long last) {
  /**
   * The seeds that {@code text} names.
   *
   * @throws IllegalArgumentException if it names none
   */
  static SeedRange parse(String text) {
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
    throw new IllegalArgumentException(
        "'" + text + "' names no seeds: write A..B, A not above B, as in 1..100");
  }

  @Override
  public String toString() {
    return first + ".." + last;
  }
}
