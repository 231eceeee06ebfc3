package org.jccl.sim.faults;

import java.util.List;
import java.util.Optional;

/**
 * What faults did to a world so far.
 *
 * @param struck the faults that have struck, in order: the first one is the first cause
 * @param calls the calls at which a fault could strike, in the order in which they were made; the
 *     first hundred thousand
 * @param staleReads where the program went on with data that an operation should have written and
 *     has not, a line each
 * @param gone the ranks whose processes faults have ended, ascending
 * @param hang the report that ended ranks which would have waited for ever, if there was one
 */
public record FaultLog(
    List<StruckFault> struck,
    List<CallPoint> calls,
    List<String> staleReads,
    List<Integer> gone,
    Optional<String> hang) {
  /** Keeps copies. */
  public FaultLog {
    struck = List.copyOf(struck);
    calls = List.copyOf(calls);
    staleReads = List.copyOf(staleReads);
    gone = List.copyOf(gone);
  }
}
