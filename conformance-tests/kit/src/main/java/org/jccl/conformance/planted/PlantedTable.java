package org.jccl.conformance.planted;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.sim.explore.Exploration;
import org.jccl.sim.explore.Strategy;

/** How many schedules each strategy needs to find each planted bug, as a table. */
public final class PlantedTable {
  private final int trials;
  private final long most;
  private final int freeRuns;

  /**
   * A table.
   *
   * @param trials with how many seeds each strategy that draws lots is tried; their median counts
   * @param most the most schedules of one trial
   * @param freeRuns how often each program runs on threads of its own
   */
  public PlantedTable(int trials, long most, int freeRuns) {
    this.trials = trials;
    this.most = most;
    this.freeRuns = freeRuns;
  }

  /**
   * Finds the bugs.
   *
   * @param bugs the bugs
   * @param lines takes the table, a line each
   * @return how many of them the exhaustive search has found
   * @throws InterruptedException if the thread is interrupted
   */
  public int write(List<PlantedBug> bugs, Consumer<String> lines) throws InterruptedException {
    lines.accept(
        "| depth | bug | source | found as | fifo | exhaustive | random | pct(depth + 1) | pos"
            + " | free threads |");
    lines.accept("|---|---|---|---|---|---|---|---|---|---|");
    int found = 0;
    for (PlantedBug bug : bugs) {
      Exploration first = bug.explorer().threads(1).strategy(Strategy.fifo()).explore();
      Exploration every = bug.explorer().threads(1).schedules(most).explore();
      found += every.isPassed() ? 0 : 1;
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(bug.depth()));
      cells.add(bug.name());
      cells.add(bug.source());
      cells.add(every.isPassed() ? "—" : every.failures().getFirst().verdict());
      cells.add(first.isPassed() ? "no" : "yes");
      cells.add(number(every.firstFailure()));
      cells.add(median(bug, Strategy.random()));
      cells.add(median(bug, Strategy.pct(bug.depth() + 1)));
      cells.add(median(bug, Strategy.pos()));
      cells.add(free(bug));
      lines.accept("| " + String.join(" | ", cells) + " |");
    }
    return found;
  }

  private String number(long schedule) {
    return schedule == 0 ? "> " + most : String.valueOf(schedule);
  }

  private String median(PlantedBug bug, Strategy strategy) {
    long[] needed = new long[trials];
    for (int trial = 0; trial < trials; trial++) {
      long first =
          bug.explorer()
              .threads(1)
              .strategy(strategy)
              .seed(1_000_003L * (trial + 1))
              .schedules(most)
              .explore()
              .firstFailure();
      needed[trial] = first == 0 ? Long.MAX_VALUE : first;
    }
    Arrays.sort(needed);
    long median = needed[trials / 2];
    return median == Long.MAX_VALUE ? "> " + most : String.valueOf(median);
  }

  private String free(PlantedBug bug) throws InterruptedException {
    int found = 0;
    for (int i = 0; i < freeRuns; i++) {
      found += FreeRun.finds(bug) ? 1 : 0;
    }
    return found + " of " + freeRuns;
  }
}
