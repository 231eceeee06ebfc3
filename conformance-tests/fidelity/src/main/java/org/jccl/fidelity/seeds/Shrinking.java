package org.jccl.fidelity.seeds;

import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Shrinkable;

/**
 * Makes a program that fails as small as it goes, outside jqwik's own properties.
 *
 * @param <P> the kind of program
 */
final class Shrinking<P> {
  private final Predicate<P> fails;
  private final Set<P> tried = new HashSet<>();
  private final long end;
  private int left;

  /** Spends at most {@code attempts} runs, and begins none when {@code limit} has passed. */
  Shrinking(Predicate<P> fails, int attempts, Duration limit) {
    this.fails = fails;
    this.left = attempts;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /** The smallest failing program that was found, at worst {@code failing} itself. */
  P smallest(Shrinkable<P> failing) {
    Shrinkable<P> best = failing;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      Iterator<Shrinkable<P>> candidates = best.shrink().iterator();
      while (!smaller && left > 0 && System.nanoTime() < end && candidates.hasNext()) {
        Shrinkable<P> candidate = candidates.next();
        P program = candidate.value();
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
