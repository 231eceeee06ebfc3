package org.jccl.fidelity.differential;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Shrinkable;

/**
 * Makes a program that fails as small as it goes, outside jqwik's own properties.
 *
 * @param <T> the kind of program
 */
final class Shrinking<T> {
  private final Predicate<T> fails;
  private final Set<T> tried = new HashSet<>();
  private int left;

  /** Spends at most {@code attempts} runs. */
  Shrinking(Predicate<T> fails, int attempts) {
    this.fails = fails;
    this.left = attempts;
  }

  /** The smallest failing program that was found, at worst {@code failing} itself. */
  T smallest(Shrinkable<T> failing) {
    Shrinkable<T> best = failing;
    boolean smaller = true;
    while (smaller && left > 0) {
      smaller = false;
      Iterator<Shrinkable<T>> candidates = best.shrink().iterator();
      while (!smaller && left > 0 && candidates.hasNext()) {
        Shrinkable<T> candidate = candidates.next();
        T program = candidate.value();
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
