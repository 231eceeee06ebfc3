package org.jccl.conformance.harness;

import java.io.PrintStream;

/**
 * Where a long run tells people what it does: lines that stay, how far it is, and in colour where
 * colours can be seen.
 */
public final class RunScreen {
  private final PrintStream out;
  private final Steps steps;
  private final Colors colors;

  /** Hears how far a run is. */
  @FunctionalInterface
  public interface Steps {
    /**
     * A step begins.
     *
     * @param next what it is, a few words
     * @param done how many are done
     * @param total how many there are in all, 0 where nobody knows
     */
    void at(String next, long done, long total);
  }

  /**
   * A screen.
   *
   * @param out gets the lines
   * @param steps hears of each step
   * @param colors how words are marked
   */
  public RunScreen(PrintStream out, Steps steps, Colors colors) {
    this.out = out;
    this.steps = steps;
    this.colors = colors;
  }

  /**
   * {@return one that shows lines alone, without colours}
   *
   * @param out gets the lines
   */
  public static RunScreen plain(PrintStream out) {
    return new RunScreen(out, (next, done, total) -> {}, Colors.OFF);
  }

  /**
   * Prints a line.
   *
   * @param line the line
   */
  public void println(Object line) {
    out.println(line);
  }

  /**
   * Prints what a format makes of some arguments.
   *
   * @param format as of {@link String#format}
   * @param arguments its arguments
   */
  public void printf(String format, Object... arguments) {
    out.printf(format, arguments);
  }

  /**
   * A step begins.
   *
   * @param next what it is, a few words
   * @param done how many are done
   * @param total how many there are in all, 0 where nobody knows
   */
  public void at(String next, long done, long total) {
    steps.at(next, done, total);
  }

  /** {@return how words are marked} */
  public Colors colors() {
    return colors;
  }
}
