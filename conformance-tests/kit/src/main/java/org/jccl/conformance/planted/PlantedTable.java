package org.jccl.conformance.planted;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.sim.explore.Exploration;
import org.jccl.sim.explore.Strategy;

/** How many schedules each strategy needs to find each planted bug, as a table. */
public final class PlantedTable {
  private static final String MORE_THAN = "> ";

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
   * How many bugs were found.
   *
   * @param exhaustive by the exhaustive search
   * @param any by that or by any other strategy, in half of its trials at least
   */
  public record Found(int exhaustive, int any) {}

  /**
   * Finds the bugs.
   *
   * @param bugs the bugs
   * @param lines takes the table, a line each
   * @return how many of them were found
   * @throws InterruptedException if the thread is interrupted
   */
  public Found write(List<PlantedBug> bugs, Consumer<String> lines) throws InterruptedException {
    lines.accept(
        "| depth | bug | source | found as | fifo | exhaustive | random | pct(depth + 1) | pos"
            + " | free threads |");
    lines.accept("|---|---|---|---|---|---|---|---|---|---|");
    int exhaustive = 0;
    int any = 0;
    for (PlantedBug bug : bugs) {
      Exploration first = bug.explorer().threads(1).strategy(Strategy.fifo()).explore();
      Exploration every = bug.explorer().threads(1).schedules(most).explore();
      exhaustive += every.isPassed() ? 0 : 1;
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(bug.depth()));
      cells.add(bug.name());
      cells.add(bug.source());
      cells.add(every.isPassed() ? "—" : every.failures().getFirst().verdict());
      cells.add(first.isPassed() ? "no" : "yes");
      List<String> needed =
          List.of(
              number(every.firstFailure()),
              median(bug, Strategy.random()),
              median(bug, Strategy.pct(bug.depth() + 1)),
              median(bug, Strategy.pos()));
      any += needed.stream().allMatch(each -> each.startsWith(MORE_THAN)) ? 0 : 1;
      cells.addAll(needed);
      cells.add(free(bug));
      lines.accept("| " + String.join(" | ", cells) + " |");
    }
    return new Found(exhaustive, any);
  }

  private String number(long schedule) {
    return schedule == 0 ? MORE_THAN + most : String.valueOf(schedule);
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
    return median == Long.MAX_VALUE ? MORE_THAN + most : String.valueOf(median);
  }

  private String free(PlantedBug bug) throws InterruptedException {
    int found = 0;
    for (int i = 0; i < freeRuns; i++) {
      found += FreeRun.finds(bug) ? 1 : 0;
    }
    return found + " of " + freeRuns;
  }
}
