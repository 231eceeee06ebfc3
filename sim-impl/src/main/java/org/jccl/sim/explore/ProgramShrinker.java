package org.jccl.sim.explore;

import java.util.List;
import java.util.function.Function;

/**
 * Makes a failing program small that is data: its ranks, calls and sizes first, then the choices of
 * its schedule.
 *
 * @param <P> the programs
 */
public final class ProgramShrinker<P> {
  private final Function<P, List<P>> smaller;
  private final Function<P, Explorer> explorers;

  /**
   * A program and the schedule in which it fails.
   *
   * @param program the program
   * @param run its shortest failing schedule that was found
   * @param <P> the programs
   */
  public record Shrunk<P>(P program, ExploredRun run) {}

  /**
   * One for programs of some kind.
   *
   * @param smaller programs that are a little smaller than one: with a call, a rank or some
   *     elements less, the ones first that leave most away
   * @param explorers how a program is explored; it should stop at the first failure
   */
  public ProgramShrinker(Function<P, List<P>> smaller, Function<P, Explorer> explorers) {
    this.smaller = smaller;
    this.explorers = explorers;
  }

  /**
   * {@return the smallest program that was found to fail in the same way}
   *
   * @param program a program that fails
   * @throws IllegalArgumentException if it does not fail
   */
  public Shrunk<P> shrink(P program) {
    Shrunk<P> best = new Shrunk<>(program, failure(program, ""));
    if (!best.run().isFailed()) {
      throw new IllegalArgumentException("the program does not fail: " + program);
    }
    String verdict = best.run().verdict();
    for (boolean found = true; found; ) {
      found = false;
      for (P candidate : smaller.apply(best.program())) {
        ExploredRun run = failure(candidate, verdict);
        if (run.isFailed()) {
          best = new Shrunk<>(candidate, run);
          found = true;
          break;
        }
      }
    }
    return best;
  }

  private ExploredRun failure(P program, String verdict) {
    return explorers.apply(program).explore().failures().stream()
        .filter(run -> verdict.isEmpty() || run.verdict().equals(verdict))
        .findFirst()
        .orElse(new ExploredRun(ChoiceStream.FIFO, List.of(), null, List.of(), null));
  }
}
