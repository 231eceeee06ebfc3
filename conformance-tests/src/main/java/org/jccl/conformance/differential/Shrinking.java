package org.jccl.conformance.differential;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Shrinkable;

/** Makes a program that fails as small as it goes, outside jqwik's own properties. */
final class Shrinking {
  private final Predicate<WholeProgram> fails;
  private final Set<WholeProgram> tried = new HashSet<>();
  private int left;

  /** Spends at most {@code attempts} runs. */
  Shrinking(Predicate<WholeProgram> fails, int attempts) {
    this.fails = fails;
    this.left = attempts;
  }

  /** The smallest failing program that was found, at worst {@code failing} itself. */
  WholeProgram smallest(Shrinkable<WholeProgram> failing) {
    Shrinkable<WholeProgram> best = failing;
    boolean smaller = true;
    while (smaller && left > 0) {
      smaller = false;
      Iterator<Shrinkable<WholeProgram>> candidates = best.shrink().iterator();
      while (!smaller && left > 0 && candidates.hasNext()) {
        Shrinkable<WholeProgram> candidate = candidates.next();
        WholeProgram program = candidate.value();
        if (tried.add(program)) {
          left--;
          if (fails.test(program)) {
            best = candidate;
            smaller = true;
          }
        }
      }
    }
    return best.value();
  }
}
