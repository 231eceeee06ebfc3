package org.jccl.sim.explore;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a search has come to.
 *
 * @param strategy how it searched
 * @param ranks number of ranks
 * @param complete whether all schedules were run that the strategy looks for
 * @param schedules how many schedules that differ were run
 * @param runs how often the program was run
 * @param failed how many of the runs failed
 * @param firstFailure which of the runs failed first, from 1; 0 if none did
 * @param failures the failures that differ, each with the shortest schedule that was found for it
 * @param outcomes how often each outcome was seen: the verdict, and the result if there is one
 * @param choicePoints how often each kind of decision was taken
 * @param coverage what was covered, in words
 */
public record Exploration(
    String strategy,
    int ranks,
    boolean complete,
    long schedules,
    long runs,
    long failed,
    long firstFailure,
    List<ExploredRun> failures,
    SortedMap<String, Long> outcomes,
    Map<String, Long> choicePoints,
    String coverage) {
  /** {@return whether nothing has failed} */
  public boolean isPassed() {
    return failures.isEmpty();
  }

  /** {@return one line: {@code complete: 36 schedules, 0 failures}} */
  public String summary() {
    String found =
        Counted.failures(failures.size())
            + (failures.isEmpty() ? "" : ", in " + failed + " of " + Counted.runs(runs));
    return complete
        ? "complete: " + Counted.schedules(schedules) + ", " + found
        : "not complete: " + coverage + ", " + found;
  }
}
