package org.jccl.sim.explore;

/**
 * Makes the choices of a failing schedule few: what is left departs from first come, first served
 * only where the failure needs it.
 */
final class Shrinker {
  private static final int MOST_RUNS = 400;

  private final Explorer explorer;
  private final String failure;
  private ExploredRun best;
  private int runs;

  Shrinker(Explorer explorer, ExploredRun failed) {
    this.explorer = explorer;
    this.failure = failed.failure();
    this.best = failed;
  }

  /** The shortest schedule that was found to fail in the same way, as it went when it was run. */
  ExploredRun shrink() {
    if (!tries(best.choices(), false)) {
      return best; // it is not repeatable: threads of its own take part
    }
    int before = -1;
    while (before != best.choices().hashCode() && runs < MOST_RUNS) {
      before = best.choices().hashCode();
      cut();
      straighten();
      lower();
    }
    return best;
  }

  /** Leaves the end away. */
  private void cut() {
    for (int part = best.choices().length() / 2; part > 0; part /= 2) {
      while (part <= best.choices().length()
          && tries(best.choices().first(best.choices().length() - part), true)) {
        // once more
      }
    }
  }

  /** Makes single decisions 0, the last ones first. */
  private void straighten() {
    for (int point = best.choices().length() - 1; point >= 0; point--) {
      if (best.choices().at(point) != 0) {
        tries(best.choices().with(point, 0), true);
      }
    }
  }

  /** Makes single decisions smaller, or leaves them away. */
  private void lower() {
    for (int point = best.choices().length() - 1; point >= 0; point--) {
      if (best.choices().at(point) > 1) {
        tries(best.choices().with(point, 1), true);
      }
      if (point < best.choices().length() - 1) {
        tries(best.choices().without(point), true);
      }
    }
  }

  /** Whether those choices fail in the same way and, if that is asked, are fewer. */
  private boolean tries(ChoiceStream choices, boolean fewer) {
    if (runs++ >= MOST_RUNS) {
      return false;
    }
    ExploredRun run = explorer.runOnce(choices);
    boolean isSame = run.isFailed() && run.failure().equals(failure);
    if (isSame && (!fewer || isLess(run.choices(), best.choices()))) {
      best = run;
      return true;
    }
    return false;
  }

  private static boolean isLess(ChoiceStream one, ChoiceStream other) {
    if (one.departures() != other.departures()) {
      return one.departures() < other.departures();
    }
    if (one.length() != other.length()) {
      return one.length() < other.length();
    }
    for (int i = 0; i < one.length(); i++) {
      if (one.at(i) != other.at(i)) {
        return one.at(i) < other.at(i);
      }
    }
    return false;
  }
}
